import CAllocationCounter
import Testing

/// What the other tests count with.
@Suite struct AllocationCounterTests {
    @Test func counterCounts() throws {
        try #require(allocation_counter_works() == 1)
        allocation_counter_begin()
        let block = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 1)
        let aligned = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 256)
        block.deallocate()
        aligned.deallocate()
        let count = allocation_counter_end()
        #expect(count.allocations == 2)
        #expect(count.frees == 2)
    }
}
