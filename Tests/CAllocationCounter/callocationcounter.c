// Stands before glibc's allocator: a program's own malloc is the one that its libraries call, too.
#include "callocationcounter.h"

#include <errno.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_OWN_ALLOCATOR 1
#endif
#endif

// Initial-exec: reaching these must not allocate.
#define PER_THREAD static __thread __attribute__((tls_model("initial-exec")))
PER_THREAD int is_counting;
PER_THREAD struct allocation_count count;

void allocation_counter_begin(void) {
    count = (struct allocation_count){0, 0};
    is_counting = 1;
}

struct allocation_count allocation_counter_end(void) {
    is_counting = 0;
    return count;
}

#ifdef HAS_OWN_ALLOCATOR

int allocation_counter_works(void) { return 0; }

#else

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t items, size_t bytes);
extern void *__libc_realloc(void *block, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);
extern void __libc_free(void *block);

int allocation_counter_works(void) { return 1; }

static void note_allocation(void) {
    if (is_counting) count.allocations += 1;
}

void *malloc(size_t bytes) {
    note_allocation();
    return __libc_malloc(bytes);
}

void *calloc(size_t items, size_t bytes) {
    note_allocation();
    return __libc_calloc(items, bytes);
}

void *realloc(void *block, size_t bytes) {
    note_allocation();
    return __libc_realloc(block, bytes);
}

void *memalign(size_t alignment, size_t bytes) {
    note_allocation();
    return __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    note_allocation();
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **block, size_t alignment, size_t bytes) {
    note_allocation();
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    void *memory = __libc_memalign(alignment, bytes);
    if (memory == NULL) return ENOMEM;
    *block = memory;
    return 0;
}

void free(void *block) {
    if (is_counting && block != NULL) count.frees += 1;
    __libc_free(block);
}

#endif
