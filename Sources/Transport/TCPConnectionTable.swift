// The connections of one loop, in a flat array that is made once. Links between slots are indexes:
//
//     free list     slots that are closed, with the memory of their last connection
//     idle list     open ones, longest idle first: the head is the next to time out
//     ready queue   open ones with whole messages left after their turn
//
// A slot keeps a generation, so that an event meant for a closed connection cannot reach the one
// that took its place.

import DNSWire

/// The open TCP connections, by index.
@safe
struct TCPConnectionTable: ~Copyable {
    let capacity: Int
    private(set) var count = 0
    /// Slots in the ready queue; some may have been closed since they were put there.
    private(set) var readyCount = 0

    private let slots: UnsafeMutablePointer<TCPConnection>
    private let ready: UnsafeMutablePointer<Int32>
    private var readyHead = 0
    private var firstFree: Int32 = -1
    private var oldest: Int32 = -1
    private var newest: Int32 = -1

    init(capacity: Int) {
        self.capacity = capacity
        unsafe slots = .allocate(capacity: capacity)
        unsafe ready = .allocate(capacity: capacity)
        unsafe slots.initialize(repeating: TCPConnection(), count: capacity)
        unsafe ready.initialize(repeating: -1, count: capacity)
        for index in (0..<capacity).reversed() {
            unsafe slots[index].newer = firstFree
            firstFree = Int32(index)
        }
    }

    deinit {
        for index in 0..<capacity {
            if unsafe slots[index].isOpen { unsafe slots[index].shut() }
            if let memory = unsafe slots[index].memory {
                unsafe Pages.unmap(memory, bytes: TCPConnection.memoryBytes)
            }
        }
        unsafe slots.deallocate()
        unsafe ready.deallocate()
    }

    var isFull: Bool { count == capacity }

    subscript(index: Int) -> TCPConnection {
        unsafeAddress {
            precondition(index >= 0 && index < capacity)
            return unsafe UnsafePointer(slots + index)
        }
        unsafeMutableAddress {
            precondition(index >= 0 && index < capacity)
            return unsafe slots + index
        }
    }

    /// The connection that is idle longest.
    var longestIdle: Int? { oldest < 0 ? nil : Int(oldest) }

    /// Takes a free slot for a new connection; nil if there is none, or no memory for it.
    mutating func open(_ socket: CInt, _ client: ClientAddress, at now: Int64) -> Int? {
        guard firstFree >= 0 else { return nil }
        let index = Int(firstFree)
        if unsafe self[index].memory == nil {
            guard let memory = unsafe Pages.map(bytes: TCPConnection.memoryBytes) else {
                return nil
            }
            unsafe self[index].memory = unsafe memory
        }
        firstFree = self[index].newer
        self[index].open(socket, client, at: now)
        appendAsNewest(index)
        count += 1
        return index
    }

    /// Closes a connection; its slot, with its memory, is free again.
    mutating func close(_ index: Int) {
        unlink(index)
        self[index].shut()
        self[index].newer = firstFree
        firstFree = Int32(index)
        count -= 1
    }

    /// Notes that a connection did something, so that it is now the least idle one.
    mutating func touch(_ index: Int, at now: Int64) {
        self[index].lastProgress = now
        guard newest != Int32(index) else { return }
        unlink(index)
        appendAsNewest(index)
    }

    /// How many connections the same client has: the same IPv4 address, or the same IPv6 /64.
    ///
    /// A walk over all connections, microseconds at the limit; it happens once for each of them.
    func count(of client: ClientAddress) -> Int {
        var count = 0
        var index = oldest
        while index >= 0 {
            let other = self[Int(index)].client
            if other.isV4 == client.isV4, other.high == client.high,
                other.low == client.low || !client.isV4
            {
                count += 1
            }
            index = self[Int(index)].newer
        }
        return count
    }

    /// Puts a connection at the end of the ready queue, unless it is in there.
    mutating func enqueue(_ index: Int) {
        guard !self[index].isReady else { return }
        self[index].isReady = true
        // The flag stays with the slot until it is taken out, so there is always room.
        unsafe ready[(readyHead + readyCount) % capacity] = Int32(index)
        readyCount += 1
    }

    /// Takes the first of the ready queue out; nil if it was closed since, or there is none.
    mutating func dequeue() -> Int? {
        guard readyCount > 0 else { return nil }
        let index = unsafe Int(ready[readyHead])
        readyHead = (readyHead + 1) % capacity
        readyCount -= 1
        self[index].isReady = false
        return self[index].isOpen ? index : nil
    }

    private mutating func appendAsNewest(_ index: Int) {
        self[index].older = newest
        self[index].newer = -1
        if newest >= 0 { self[Int(newest)].newer = Int32(index) } else { oldest = Int32(index) }
        newest = Int32(index)
    }

    private mutating func unlink(_ index: Int) {
        let older = self[index].older
        let newer = self[index].newer
        if older >= 0 { self[Int(older)].newer = newer } else { oldest = newer }
        if newer >= 0 { self[Int(newer)].older = older } else { newest = older }
    }
}
