package import DNSWire
import Health
import Synchronization

extension VerdictBoard {
    /// Puts the change that the brake holds in force.
    ///
    /// - Returns: how many addresses were held; nil when the brake holds nothing.
    package func confirmBrake() -> Int? {
        change { state, now in
            guard state.brake.event != nil else { return nil }
            let count = state.held.count
            letGo(.confirmed, in: &state, now: now)
            return count
        }
    }

    /// Forgets the change that the brake holds.
    ///
    /// The addresses keep their former verdicts and are judged anew; tell the monitors first, so that
    /// they do.
    ///
    /// - Returns: how many addresses were held; nil when the brake holds nothing.
    package func releaseBrake() -> Int? {
        change { state, now in
            guard state.brake.event != nil else { return nil }
            let held = state.held
            for place in held {
                let former = state.records[place.index].addresses[place.address].fall?.former
                guard let former else { continue }
                state.records[place.index].addresses[place.address].probed = former
            }
            letGo(.released, in: &state, now: now)
            return held.count
        }
    }

    /// The addresses that the brake holds, with their endpoints.
    package func heldAddresses() -> [(endpoint: String, address: IPAddress)] {
        state.withLock { state in
            state.held.map {
                (
                    state.records[$0.index].endpoint.key,
                    state.records[$0.index].addresses[$0.address].tracked.address
                )
            }
        }
    }

    /// Ends an event: what monitors say counts for all that was held.
    func letGo(_ end: BrakeEnd, in state: inout State, now: Int64) {
        let held = state.held.sorted { ($0.index, $0.address) < ($1.index, $1.address) }
        state.notices.append(.brakeEnded(end, held: held.count))
        state.brake.end()
        state.held = []
        for place in held {
            state.records[place.index].addresses[place.address].isHeld = false
            state.records[place.index].addresses[place.address].fall = nil
            settle(place, in: &state, now: now)
        }
    }
}

extension VerdictBoard.State {
    /// Takes the brake's limits and what is probed now; switched off, it holds nothing.
    mutating func replaceBrake(_ limits: BrakeLimits?, now: Int64) {
        probed = [:]
        held = []
        var intervals: [IPAddress: Duration] = [:]
        for (index, record) in records.enumerated() where record.endpoint.monitor != nil {
            for (number, address) in record.addresses.enumerated() {
                let place = VerdictBoard.Place(index: index, address: number)
                probed[address.tracked.address, default: []].append(place)
                let interval = intervals[address.tracked.address] ?? record.endpoint.interval
                intervals[address.tracked.address] = min(interval, record.endpoint.interval)
                if address.isHeld { held.insert(place) }
            }
        }
        let hadEvent = brake.event != nil
        brake.replace(limits: limits, intervals: intervals)
        guard limits == nil, hadEvent else { return endIfNothingIsHeld() }
        notices.append(.brakeEnded(.switchedOff, held: held.count))
        for place in held { records[place.index].addresses[place.address].isHeld = false }
        held = []
    }

    /// Asks the brake about a fall; returns the places whose words it changes beside.
    mutating func noteFall(_ place: VerdictBoard.Place, now: Int64) -> [VerdictBoard.Place] {
        let record = records[place.index]
        guard brake.limits != nil, !record.hasWitness(at: now, feeds) else { return [] }
        switch brake.fell(record.addresses[place.address].tracked.address, at: now) {
        case .pass: return []
        case .hold:
            hold(place)
            return []
        case .trip(let addresses):
            var others: [VerdictBoard.Place] = []
            for other in addresses.flatMap({ probed[$0] ?? [] }) {
                let record = records[other.index]
                guard let fall = record.addresses[other.address].fall,
                    now - fall.time <= brake.window, !record.hasWitness(at: now, feeds)
                else { continue }
                hold(other)
                others.append(other)
            }
            totals.brakeTrips += 1
            notices.append(
                .brakeTripped(held: held.count, probed: brake.probed, seconds: brake.window))
            return others
        }
    }

    private mutating func hold(_ place: VerdictBoard.Place) {
        records[place.index].addresses[place.address].hold()
        held.insert(place)
    }

    /// A monitor says that an address is not unhealthy; another one may say so still.
    mutating func noteRise(of address: IPAddress, now: Int64) {
        guard brake.limits != nil else { return }
        for place in probed[address] ?? [] {
            let address = records[place.index].addresses[place.address]
            if address.probed?.verdict == .unhealthy { return }
        }
        brake.rose(address, at: now)
    }

    /// Lets go of an address of whose endpoint a witness speaks, and of one that came back.
    mutating func hearWitness(_ place: VerdictBoard.Place, now: Int64) {
        let address = records[place.index].addresses[place.address]
        if address.fall != nil, brake.limits != nil,
            records[place.index].hasWitness(at: now, feeds)
        {
            brake.confirm(address.tracked.address)
            records[place.index].addresses[place.address].isHeld = false
        }
        if !held.isEmpty, !records[place.index].addresses[place.address].isHeld {
            held.remove(place)
        }
    }

    mutating func endIfNothingIsHeld() {
        guard let event = brake.event, held.isEmpty else { return }
        notices.append(.brakeEnded(event.lastRise == nil ? .witnessed : .recovered, held: 0))
        brake.end()
    }
}
