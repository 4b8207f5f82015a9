#include "CLAPACK.h"
