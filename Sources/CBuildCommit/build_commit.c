#include "build_commit.h"

const char *buildCommit(void) { return BUILD_COMMIT; }
