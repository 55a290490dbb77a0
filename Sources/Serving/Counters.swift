/// What one worker counts; every figure only grows.
///
/// `queries` is the sum of `udpQueries` and `tcpQueries`, and of `dropped`, `rateDropped` and the responses by
/// code.
public enum Counter: Int, CaseIterable, Sendable {
    case udpQueries
    case tcpQueries
    /// Packets that were not answered: responses, fragments of a header.
    case dropped
    case noError
    case nameError
    case refused
    case formatError
    case notImplemented
    case serverFailure
    case badVersion
    /// Responses with the TC bit.
    case truncated
    /// NOERROR without an answer and without a referral (RFC 2308 §2.2).
    case noData
    case referrals
    /// Answers that a policy decided.
    case steered
    /// Of these, the ones whose policy was down at its root.
    case steeredWhenDown
    /// Queries with an OPT record.
    case edns
    /// Queries that came over IPv6.
    case ipv6
    /// YXDOMAIN: a DNAME made the name too long (RFC 6672 §2.2).
    case nameTooLong
    /// Responses that rate limiting withheld.
    case rateDropped
    /// Responses that rate limiting cut down to the question, with TC, so that honest clients come by TCP.
    case rateSlipped
    /// Responses that rate limiting would have withheld or cut down, had it not been a dry run.
    case rateExceeded
    /// Queries of clients that the access lists refuse.
    case accessRefused
    /// NOTAUTH: the query was signed with a key that this server does not have (RFC 8945 §5.2.1).
    case notAuthorized
}

/// One worker's counters in shared memory: plain integers with a single writer.
@safe
public struct CounterPage: @unchecked Sendable {
    @usableFromInline let values: UnsafeMutablePointer<UInt64>

    /// Bytes of one page; no two workers share a cache line.
    public static let bytes = 4096

    public init(_ memory: UnsafeMutableRawPointer) {
        unsafe values = memory.bindMemory(to: UInt64.self, capacity: Counter.allCases.count)
    }

    /// Counters of its own that live for ever: for tests.
    public init() {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: CounterPage.bytes, alignment: 64)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: CounterPage.bytes)
        unsafe self.init(memory)
    }

    @inlinable @inline(__always)
    public func add(_ counter: Counter) { unsafe values[counter.rawValue] &+= 1 }

    public func value(_ counter: Counter) -> UInt64 { unsafe values[counter.rawValue] }
}
