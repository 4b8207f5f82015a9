#include "CWorkerEntry.h"
