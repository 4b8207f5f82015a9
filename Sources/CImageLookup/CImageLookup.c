#include "CImageLookup.h"
