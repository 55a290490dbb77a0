#ifndef CALLOCATIONCOUNTER_H
#define CALLOCATIONCOUNTER_H

// Counts what one thread asks of the allocator, in the program that this target is linked into.

struct allocation_count {
    unsigned long allocations;
    unsigned long frees;
};

// 1 where calls are seen; 0 under a sanitizer, which has an allocator of its own.
int allocation_counter_works(void);

// Starts counting the calls of this thread, from zero.
void allocation_counter_begin(void);

// Stops counting and says what was counted since.
struct allocation_count allocation_counter_end(void);

#endif
