import CAllocationCounter

/// What `body` asks of the allocator; 0 where that cannot be counted.
func allocations(_ body: () -> Void) -> UInt {
    body()
    allocation_counter_begin()
    body()
    return allocation_counter_end().allocations
}
