import DNSWire
import Health
import Synchronization
import Verdicts

/// A board with a clock set by hand, a table that can be read, and the transitions it told.
final class Bench: Sendable {
    private struct State {
        var now: Int64 = 1_000
        var words: [Int: VerdictWord] = [:]
        var stores = 0
        var transitions: [Transition] = []
        var notices: [BoardNotice] = []
    }

    private let state: Shared<State>
    let board: VerdictBoard

    init() {
        let state = Shared(State())
        self.state = state
        board = VerdictBoard(
            now: { state.read { $0.now } },
            store: { slot, word in
                state.change {
                    $0.words[slot] = word
                    $0.stores += 1
                }
            },
            onTransition: { transition in state.change { $0.transitions.append(transition) } },
            onNotice: { notice in state.change { $0.notices.append(notice) } })
    }

    var now: Int64 { state.read { $0.now } }
    var transitions: [Transition] { state.read { $0.transitions } }
    var notices: [BoardNotice] { state.read { $0.notices } }
    var stores: Int { state.read { $0.stores } }
    var words: [Int: VerdictWord] { state.read { $0.words } }

    func advance(_ seconds: Int64) { state.change { $0.now += seconds } }

    /// A report by the monitor `canary` about an address of documentation, by its last octet.
    func probe(_ key: String, _ verdict: Verdict, octet: UInt32 = 1, seconds: UInt32 = 15) {
        board.report(
            monitor: "canary", endpoint: key, address: .test(octet), verdict: verdict,
            reason: "probe", changeSeconds: seconds)
    }

    func feed(
        _ key: String, _ verdict: Verdict, source: String = "drills", sequence: UInt64? = nil,
        reason: String = "drill", expires: Int64? = nil
    ) throws(FeedRefusal) {
        try board.report(
            FeedReport(
                endpoint: key, source: source, sequence: sequence, verdict: verdict, reason: reason,
                expires: expires, received: now))
    }

    /// The first address of an endpoint.
    func address(_ key: String) -> AddressStatus? {
        board.status(ofEndpoint: key)?.addresses.first
    }
}

/// A value behind a lock that closures can share.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func read<R: Sendable>(_ get: @Sendable (Value) -> R) -> R { value.withLock { get($0) } }

    func change(_ change: @Sendable (inout Value) -> Void) { value.withLock { change(&$0) } }
}

extension IPAddress {
    /// An address for documentation, 192.0.2.0/24 (RFC 5737).
    static func test(_ octet: UInt32) -> IPAddress { .v4(0xC000_0200 | octet) }
}

extension TrackedEndpoint {
    /// An endpoint at 192.0.2.1 and on, with slots from `slot` on, checked by `canary` unless told
    /// otherwise.
    static func test(
        _ key: String, slot: Int = 0, addresses: UInt32 = 1, firstOctet: UInt32 = 1,
        monitor: String? = "canary", cluster: String? = nil, slowStart: Duration? = nil
    ) -> TrackedEndpoint {
        TrackedEndpoint(
            key: key, cluster: cluster, clusterKey: cluster, monitor: monitor,
            interval: .seconds(5), slowStart: slowStart,
            addresses: (0..<addresses).map {
                TrackedAddress(address: .test($0 + firstOctet), slot: slot + Int($0))
            })
    }
}

/// A seeded generator (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
