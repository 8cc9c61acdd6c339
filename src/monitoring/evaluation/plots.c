#include "monitoring/evaluation/private.h"
