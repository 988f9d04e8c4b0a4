package store

/*
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
__attribute__((constructor)) static void one_arena(void) { mallopt(M_ARENA_MAX, 1); }
#endif
*/
import "C"

// What stands above has the C library keep one heap for SQLite, in place of one for
// each of the threads from which Go happens to call it. A page that one thread read and
// another let go stays a hole in the heap of the first; in months the holes came to be
// more than what SQLite holds (docs/performance.md). It has to be said before the first
// thread begins, which is before any Go runs; MALLOC_ARENA_MAX=1 in the environment
// would do the same, and only where somebody thought of it.
