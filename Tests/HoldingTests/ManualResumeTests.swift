import Health
import Holding
import TestSupport
import Testing
import Zones

/// F5's table of manual resume, with a failover whose first tier has it, and the answers of the query path.
///
/// UP and DISABLED have no hold; HELD_DOWN is a hold; DOWN_AWAIT is one that an operator let back before
/// the tier worked. To disable is to drain or to set `down`; to enable is to take that back, or `failback`.
@Suite struct ManualResumeTests {
    enum State: String, CaseIterable, Sendable {
        case up = "UP", heldDown = "HELD_DOWN", downAwait = "DOWN_AWAIT", disabled = "DISABLED"
    }
    enum Event: String, CaseIterable, Sendable {
        case probeOK = "probe ok", probeFail = "probe fail", enable = "operator enable",
            disable = "operator disable"
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var before: State
        /// The last probe's result before the event.
        var probeIsOK: Bool
        var event: Event
        var after: State

        init(_ before: State, probe: Bool, _ event: Event, _ after: State) {
            self.before = before
            probeIsOK = probe
            self.event = event
            self.after = after
        }

        var testDescription: String {
            "\(before.rawValue), last probe \(probeIsOK ? "ok" : "failed"), \(event.rawValue): "
                + after.rawValue
        }
    }

    static let rows = [
        Row(.up, probe: true, .probeOK, .up), Row(.up, probe: true, .probeFail, .heldDown),
        Row(.up, probe: true, .disable, .disabled),
        Row(.heldDown, probe: false, .probeOK, .heldDown),
        Row(.heldDown, probe: true, .probeFail, .heldDown),
        Row(.heldDown, probe: false, .probeFail, .heldDown),
        Row(.heldDown, probe: true, .enable, .up),
        Row(.heldDown, probe: false, .enable, .downAwait),
        Row(.heldDown, probe: true, .disable, .disabled),
        Row(.heldDown, probe: false, .disable, .disabled),
        Row(.downAwait, probe: false, .probeOK, .up),
        Row(.downAwait, probe: false, .probeFail, .downAwait),
        Row(.downAwait, probe: false, .disable, .disabled),
        Row(.disabled, probe: true, .probeOK, .disabled),
        Row(.disabled, probe: true, .probeFail, .disabled),
        Row(.disabled, probe: false, .probeOK, .disabled),
        Row(.disabled, probe: true, .enable, .up),
        Row(.disabled, probe: false, .enable, .downAwait),
    ]

    /// A tier under test, behind it one that works.
    private struct Machine {
        let bench: HoldBench
        var probeIsOK = true
        var override: Override = .none
        let drain: Override

        init(_ drain: Override) throws {
            bench = try HoldBench(.held(["first", "second"]))
            self.drain = drain
            bench.set("second", .healthy)
            bench.set("first", .healthy)
        }

        mutating func probe(_ isOK: Bool) {
            probeIsOK = isOK
            bench.set("first", isOK ? .healthy : .unhealthy, override: override)
        }

        mutating func disable() {
            override = drain
            probe(probeIsOK)
        }

        mutating func enable() {
            if override == .none {
                _ = bench.keeper.failBack("pay.example.org")
            } else {
                override = .none
                probe(probeIsOK)
            }
        }

        /// What can be told from outside.
        func state() throws -> State {
            if override != .none { return .disabled }
            let held = bench.keeper.held().first { $0.isV4 }
            let answered = try bench.answer()
            if held == nil, answered == ["first"] { return .up }
            guard let held, answered == ["second"] else {
                throw Unexpected(text: "\(answered), \(held.map { "\($0)" } ?? "nothing held")")
            }
            return held.isWaiting ? .downAwait : .heldDown
        }
    }

    struct Unexpected: Error { var text: String }

    @Test(arguments: rows, [Override.softDrain, .hardDrain, .down])
    func everyRowHolds(_ row: Row, drain: Override) throws {
        var machine = try Machine(drain)
        switch row.before {
        case .up: break
        case .heldDown: machine.probe(false)
        case .downAwait:
            machine.probe(false)
            machine.enable()
        case .disabled: machine.disable()
        }
        if machine.probeIsOK != row.probeIsOK { machine.probe(row.probeIsOK) }
        #expect(try machine.state() == row.before)
        switch row.event {
        case .probeOK: machine.probe(true)
        case .probeFail: machine.probe(false)
        case .enable: machine.enable()
        case .disable: machine.disable()
        }
        #expect(try machine.state() == row.after)
        // And a way out of every state: what works and is enabled answers again.
        if machine.override != .none { machine.enable() }
        machine.probe(true)
        if try machine.state() == .heldDown { machine.enable() }
        #expect(try machine.state() == .up)
    }

    /// Forcing an endpoint up lets its tier back at once, though its probes fail.
    @Test func upActsAtOnce() throws {
        var machine = try Machine(.down)
        machine.probe(false)
        #expect(try machine.state() == .heldDown)
        machine.bench.set("first", .unhealthy, override: .up)
        #expect(try machine.bench.answer() == ["first"])
        #expect(machine.bench.keeper.held().isEmpty)
    }
}
