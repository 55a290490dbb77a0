import DNSWire
import Serving
import Zones

/// The endpoints of all files side by side, with the places of their addresses in the image.
struct EndpointTable {
    struct Entry {
        let key: String
        let definition: EndpointDefinition
        /// Index of its first address in the image's table; IPv4 ones come first.
        let firstAddress: Int
        let v4: [IPAddress]
        let v6: [IPAddress]
        let slots: [Int]
    }

    private(set) var entries: [Entry] = []
    private var indexByKey: [String: Int] = [:]
    private var addressCount = 0

    subscript(key: String) -> Entry? { indexByKey[key].map { entries[$0] } }

    /// An empty table, whose addresses begin at a number of the image's table.
    init(firstAddress: Int = 0) { addressCount = firstAddress }

    /// Adds an endpoint and gives its addresses slots.
    ///
    /// - Parameter served: where its addresses lie already; nil: they take the next places.
    mutating func add(
        _ definition: EndpointDefinition, key: String, slots map: inout SlotMap,
        served: Int? = nil
    ) throws(Finding) {
        guard indexByKey[key] == nil else { return }
        let v4 = definition.addresses.filter(\.isV4)
        let v6 = definition.addresses.filter { !$0.isV4 }
        var slots: [Int] = []
        for address in v4 + v6 {
            guard let slot = map.slot(SlotMap.Key(endpoint: key, address: address)) else {
                throw Finding(
                    at: definition.position,
                    "endpoint '\(definition.name)': more than \(Plane.slotCount) endpoint addresses"
                )
            }
            slots.append(slot)
        }
        indexByKey[key] = entries.count
        entries.append(
            Entry(
                key: key, definition: definition, firstAddress: served ?? addressCount, v4: v4,
                v6: v6, slots: slots))
        if served == nil { addressCount += v4.count + v6.count }
    }

    /// Writes addresses, endpoints and keys; returns where addresses and endpoints begin.
    func write(to image: inout ImageBuilder) -> (addresses: UInt32, endpoints: UInt32) {
        image.align(8)
        let addresses = image.offset
        for (index, entry) in entries.enumerated() { entry.writeAddresses(index, to: &image) }
        var keys: [UInt32] = []
        for entry in entries {
            keys.append(image.offset)
            image.append(entry.key.utf8)
        }
        return (addresses, write(keys: keys, to: &image))
    }

    /// Writes the endpoints, whose keys lie where `keys` says; returns where they begin.
    func write(keys: [UInt32], to image: inout ImageBuilder) -> UInt32 {
        image.align(8)
        let endpoints = image.offset
        for (entry, key) in zip(entries, keys) {
            image.append(key)
            image.append(UInt32(entry.key.utf8.count))
            image.append(UInt32(entry.firstAddress))
            image.append(UInt16(entry.v4.count))
            image.append(UInt16(entry.v6.count))
        }
        return endpoints
    }

    var addressTotal: Int { addressCount }
}

extension EndpointTable.Entry {
    /// Writes the rows of an endpoint's addresses.
    ///
    /// - Parameter index: the endpoint's number.
    func writeAddresses(_ index: Int, to image: inout ImageBuilder) {
        for (address, slot) in zip(v4 + v6, slots) {
            image.append(UInt32(slot))
            image.append(UInt32(index))
            let bytes = address.bytes
            image.append(bytes + repeatElement(0, count: 16 - bytes.count))
        }
    }
}
