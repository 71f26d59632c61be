#define _GNU_SOURCE
#include "renaming.h"

#include <fcntl.h>
#include <stdio.h>

int renameWithoutReplacing(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}
