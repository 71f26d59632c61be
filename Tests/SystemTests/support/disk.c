// Preloaded into the server, makes the disk of one directory, DISK_DIRECTORY, a worse one.
//
// - It can fail: DISK_FAULTS is a file whose first three bytes are the errors (as of errno) that reading, writing and
//   synchronizing get, 0 for none; they may be changed at any time. With DISK_FAULTY, only the file of that name has them.
// - It can forget what it was not told to keep: DISK_KEPT is a second directory, which begins as the first one's copy and gets
//   what is synchronized, when it is synchronized, and nothing else. A file that is made gets its name there when the
//   directory is synchronized; until then it is NAME.unnamed. Links and renamings, too, come with the directory.
//
// DISK_LACKS names what it cannot do: `renameat2`, or also `link`. DISK_BEFORE_LOCK, DISK_BEFORE_RENAME, and DISK_BEFORE_UNLINK are
// commands that a shell runs before a file of the directory is locked, renamed or linked, or unlinked.
//
// DISK_SYNCHRONOUS replaces what the program sets SQLite's `synchronous` to: by NORMAL or OFF.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { files_limit = 256, descriptors_limit = 65536, renamings_limit = 64 };

struct range {
    off_t start, end;
};

// A file of the directory, with what has been written since it was synchronized.
struct file {
    char name[NAME_MAX + 1];
    struct range *ranges;
    size_t count, room;
};

// A name that a file of the directory has got, beside or in place of its own, since the directory was synchronized.
struct renaming {
    char from[NAME_MAX + 1], to[NAME_MAX + 1];
    int is_link;
};

static struct renaming renamings[renamings_limit];
static size_t renamings_count;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct file files[files_limit];
static size_t files_count;
// By descriptor: 0 what is of no concern, -1 the directory, else the number of a file and one more.
static int descriptors[descriptors_limit];

// The errors of now; where there is no such file, none.
static const volatile unsigned char no_faults[3];
static const volatile unsigned char *faults = no_faults;
enum operation { reading, writing, synchronizing };

static const char *directory(void) { return getenv("DISK_DIRECTORY"); }

static void fail(const char *what) {
    perror(what);
    abort();
}

// Declares `real`, the function of that name that this one stands before.
#define REAL(result, name, ...)                             \
    static result (*real)(__VA_ARGS__);                     \
    if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("DISK_FAULTS");
    if (!path) return;
    REAL(int, "open", const char *, int, ...);
    int file = real(path, O_RDONLY | O_CLOEXEC);
    void *address = file < 0 ? MAP_FAILED : mmap(NULL, 3, PROT_READ, MAP_SHARED, file, 0);
    if (address == MAP_FAILED) fail(path);
    faults = address;
}

// The name of what lies in the directory itself; NULL of what does not.
static const char *name_of(const char *path) {
    const char *prefix = directory();
    size_t length = prefix ? strlen(prefix) : 0;
    if (!length || strncmp(path, prefix, length) || path[length] != '/') return NULL;
    const char *name = path + length + 1;
    // The index of the write-ahead log is rebuilt from the log.
    const char *ending = strrchr(name, '-');
    return strchr(name, '/') || (ending && !strcmp(ending, "-shm")) ? NULL : name;
}

static void kept_path(char *path, const char *name, const char *ending) {
    snprintf(path, PATH_MAX, "%s/%s%s", getenv("DISK_KEPT"), name, ending);
}

static int number_of(const char *path) {
    if (directory() && !strcmp(path, directory())) return -1;
    const char *name = name_of(path);
    if (!name) return 0;
    for (size_t number = 0; number < files_count; number++)
        if (!strcmp(files[number].name, name)) return number + 1;
    if (files_count == files_limit) fail("too many files");
    snprintf(files[files_count].name, sizeof files[0].name, "%s", name);
    return ++files_count;
}

static int opened(int descriptor, const char *path) {
    if (descriptor < 0 || descriptor >= descriptors_limit) return descriptor;
    pthread_mutex_lock(&mutex);
    descriptors[descriptor] = number_of(path);
    pthread_mutex_unlock(&mutex);
    return descriptor;
}

static struct file *file_of(int descriptor) {
    if (descriptor < 0 || descriptor >= descriptors_limit || descriptors[descriptor] <= 0) return NULL;
    return &files[descriptors[descriptor] - 1];
}

// Whether the disk fails now, at what is done to one of the directory's files; errno then says how.
static int fails(enum operation operation, int descriptor) {
    const char *only = getenv("DISK_FAULTY");
    if (!faults[operation] || !file_of(descriptor)) return 0;
    if (only && strcmp(file_of(descriptor)->name, only)) return 0;
    errno = faults[operation];
    return 1;
}

static void wrote(int descriptor, off_t start, off_t end) {
    pthread_mutex_lock(&mutex);
    struct file *file = file_of(descriptor);
    if (file) {
        if (file->count == file->room) {
            file->room = file->room ? 2 * file->room : 64;
            file->ranges = realloc(file->ranges, file->room * sizeof(struct range));
            if (!file->ranges) fail("realloc");
        }
        file->ranges[file->count++] = (struct range){start, end};
    }
    pthread_mutex_unlock(&mutex);
}

// MARK: What is synchronized

static void copy(int from, int to, struct range range) {
    char bytes[65536];
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    while (range.start < range.end) {
        off_t left = range.end - range.start;
        ssize_t count = pread(from, bytes, left < (off_t)sizeof bytes ? (size_t)left : sizeof bytes, range.start);
        if (count < 0) fail("pread");
        if (count == 0) return;
        if (real(to, bytes, count, range.start) != count) fail("pwrite");
        range.start += count;
    }
}

static void keep(struct file *file) {
    if (!getenv("DISK_KEPT")) return;
    char path[PATH_MAX], source[PATH_MAX];
    kept_path(path, file->name, "");
    if (access(path, F_OK)) kept_path(path, file->name, ".unnamed");
    snprintf(source, sizeof source, "%s/%s", directory(), file->name);
    REAL(int, "open", const char *, int, ...);
    int from = real(source, O_RDONLY | O_CLOEXEC), to = real(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (from < 0 || to < 0) fail(file->name);
    struct stat status;
    if (fstat(from, &status)) fail("fstat");
    for (size_t number = 0; number < file->count; number++) copy(from, to, file->ranges[number]);
    if (truncate(path, status.st_size)) fail("truncate");
    file->count = 0;
    close(from);
    close(to);
}

static int real_link(const char *from, const char *to) {
    REAL(int, "link", const char *, const char *);
    return real(from, to);
}

static void keep_names(void) {
    if (!getenv("DISK_KEPT")) return;
    REAL(int, "rename", const char *, const char *);
    char from[PATH_MAX], to[PATH_MAX];
    for (size_t number = 0; number < files_count; number++) {
        kept_path(from, files[number].name, ".unnamed");
        kept_path(to, files[number].name, "");
        real(from, to);
    }
    for (size_t number = 0; number < renamings_count; number++) {
        kept_path(from, renamings[number].from, "");
        kept_path(to, renamings[number].to, "");
        // What has not been synchronized has nothing to be found under its name.
        if (renamings[number].is_link) real_link(from, to);
        else real(from, to);
    }
    renamings_count = 0;
}

static int synchronize(int descriptor) {
    if (fails(synchronizing, descriptor)) return -1;
    pthread_mutex_lock(&mutex);
    struct file *file = file_of(descriptor);
    if (file) keep(file);
    else if (descriptor >= 0 && descriptor < descriptors_limit && descriptors[descriptor] == -1) keep_names();
    pthread_mutex_unlock(&mutex);
    return 0;
}

int fsync(int descriptor) { return synchronize(descriptor); }
int fdatasync(int descriptor) { return synchronize(descriptor); }

// MARK: What is done to files

static mode_t mode_of(int flags, va_list arguments) {
    return flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    REAL(int, "open", const char *, int, ...);
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return opened(real(path, flags, mode), path);
}

int open64(const char *path, int flags, ...) {
    REAL(int, "open64", const char *, int, ...);
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return opened(real(path, flags, mode), path);
}

int close(int descriptor) {
    REAL(int, "close", int);
    if (descriptor >= 0 && descriptor < descriptors_limit) descriptors[descriptor] = 0;
    return real(descriptor);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    if (fails(writing, descriptor)) return -1;
    REAL(ssize_t, "write", int, const void *, size_t);
    ssize_t written = real(descriptor, bytes, count);
    if (written > 0 && file_of(descriptor)) {
        off_t end = lseek(descriptor, 0, SEEK_CUR);
        wrote(descriptor, end - written, end);
    }
    return written;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t start) {
    if (fails(writing, descriptor)) return -1;
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    ssize_t written = real(descriptor, bytes, count, start);
    if (written > 0) wrote(descriptor, start, start + written);
    return written;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t start) {
    return pwrite(descriptor, bytes, count, start);
}

int ftruncate(int descriptor, off_t length) {
    if (fails(writing, descriptor)) return -1;
    REAL(int, "ftruncate", int, off_t);
    int result = real(descriptor, length);
    // What is longer again later has lost what was there.
    if (!result) wrote(descriptor, length, LLONG_MAX);
    return result;
}

int ftruncate64(int descriptor, off_t length) { return ftruncate(descriptor, length); }

ssize_t read(int descriptor, void *bytes, size_t count) {
    if (fails(reading, descriptor)) return -1;
    REAL(ssize_t, "read", int, void *, size_t);
    return real(descriptor, bytes, count);
}

ssize_t pread64(int descriptor, void *bytes, size_t count, off_t start) {
    if (fails(reading, descriptor)) return -1;
    REAL(ssize_t, "pread64", int, void *, size_t, off_t);
    return real(descriptor, bytes, count, start);
}

// Runs the command that a variable has, if it has one.
static void run(const char *variable) {
    const char *command = getenv(variable);
    if (command && system(command)) fail(command);
}

int flock(int descriptor, int operation) {
    if (file_of(descriptor)) run("DISK_BEFORE_LOCK");
    REAL(int, "flock", int, int);
    return real(descriptor, operation);
}

int unlink(const char *path) {
    if (name_of(path)) run("DISK_BEFORE_UNLINK");
    REAL(int, "unlink", const char *);
    int result = real(path);
    const char *name = result ? NULL : name_of(path);
    if (name && getenv("DISK_KEPT")) {
        char kept[PATH_MAX];
        kept_path(kept, name, "");
        real(kept);
        kept_path(kept, name, ".unnamed");
        real(kept);
    }
    return result;
}

// Notes that a file of the directory has got another name, if the call succeeded.
static int renamed(int result, const char *from, const char *to, int is_link) {
    const char *old = result ? NULL : name_of(from), *new = name_of(to);
    if (!old || !new) return result;
    pthread_mutex_lock(&mutex);
    if (renamings_count == renamings_limit) fail("too many renamings");
    struct renaming *renaming = &renamings[renamings_count++];
    snprintf(renaming->from, sizeof renaming->from, "%s", old);
    snprintf(renaming->to, sizeof renaming->to, "%s", new);
    renaming->is_link = is_link;
    pthread_mutex_unlock(&mutex);
    return result;
}

// Whether the disk cannot do that; errno then says so.
static int lacks(const char *call, int error) {
    const char *lacking = getenv("DISK_LACKS");
    errno = error;
    return lacking && strstr(lacking, call);
}

int link(const char *from, const char *to) {
    if (name_of(from)) run("DISK_BEFORE_RENAME");
    return lacks("link", EPERM) ? -1 : renamed(real_link(from, to), from, to, 1);
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
    if (name_of(from)) run("DISK_BEFORE_RENAME");
    if (lacks("renameat2", EINVAL)) return -1;
    REAL(int, "renameat2", int, const char *, int, const char *, unsigned);
    return renamed(real(from_directory, from, to_directory, to, flags), from, to, 0);
}

int rename(const char *from, const char *to) {
    if (name_of(from)) run("DISK_BEFORE_RENAME");
    REAL(int, "rename", const char *, const char *);
    return renamed(real(from, to), from, to, 0);
}

// MARK: SQLite

// Calls `prepare` with the statement that sets `synchronous` changed, and names its end in the statement given.
#define PREPARE(...)                                                                                    \
    const char *wanted = getenv("DISK_SYNCHRONOUS");                                               \
    const char *place = wanted ? strstr(sql, "synchronous = FULL") : NULL;                              \
    if (!place) return real(database, sql, length, __VA_ARGS__, tail);                                  \
    char *changed = strdup(sql);                                                                        \
    memcpy(changed + (place - sql), strcmp(wanted, "OFF") ? "synchronous = 1   " : "synchronous = 0   ", 18); \
    const char *end = changed;                                                                          \
    int result = real(database, changed, length, __VA_ARGS__, &end);                                    \
    if (tail) *tail = sql + (end - changed);                                                            \
    free(changed);                                                                                      \
    return result

int sqlite3_prepare_v2(void *database, const char *sql, int length, void **statement, const char **tail) {
    REAL(int, "sqlite3_prepare_v2", void *, const char *, int, void **, const char **);
    PREPARE(statement);
}

int sqlite3_prepare_v3(
    void *database, const char *sql, int length, unsigned flags, void **statement, const char **tail
) {
    REAL(int, "sqlite3_prepare_v3", void *, const char *, int, unsigned, void **, const char **);
    PREPARE(flags, statement);
}
