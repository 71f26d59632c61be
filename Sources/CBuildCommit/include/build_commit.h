/// The commit that the program was built from, or an empty string. A library of its own, so that a new commit recompiles nothing else.
const char *_Nonnull buildCommit(void);
