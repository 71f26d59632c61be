/// Nothing to include: the library is there to be linked.
