#include "pl_version.h"

uint32_t pl_core_version(void) {
    return PL_CORE_VERSION;
}
