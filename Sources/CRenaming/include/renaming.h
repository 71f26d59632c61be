/// Renames a file unless there is one of the new name: `renameat2` with RENAME_NOREPLACE, which Swift's Glibc module lacks.
/// Returns 0, or -1 with `errno`.
int renameWithoutReplacing(const char *_Nonnull from, const char *_Nonnull to);
