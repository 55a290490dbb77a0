import DNSWire
import Serving
import Zones

/// The endpoints of a patch: the served ones, some with other addresses, as hosts are resolved anew.
///
/// Rows of addresses are counted from where the first image has its table; a patch puts new ones into its own
/// part of the file, at the next place that a whole number of rows leads to. What lies between is never asked
/// for. The short table of endpoints is written again.
struct EndpointPatch {
    let table: EndpointTable
    /// Of the address table that the header tells, and of that of endpoints.
    private(set) var addressCount: Int
    private(set) var endpoints: UInt32
    /// The slots once the patch is served.
    let slots: SlotMap
    /// Whether any endpoint has other addresses.
    let hasChanges: Bool

    /// Compares with what is served, and writes rows for what is new.
    ///
    /// - Returns: nil when there are other endpoints, or too many addresses.
    init?(
        _ platform: SteeringDefinition, _ sources: [ZoneSource], after served: CompiledImage,
        in base: ServingImage, to image: inout ImageBuilder
    ) {
        let scopes =
            [(platform, "")] + sources.map { ($0.steering, Scope.prefix(of: $0.zone.origin)) }
        let first = Int(base.bytes.native32(base.root + ImageLayout.Field.addresses))
        let padding = (ImageLayout.Address.bytes - (image.end - first) % ImageLayout.Address.bytes)
        let start = image.end + padding % ImageLayout.Address.bytes
        var slots = served.slots
        var table = EndpointTable(firstAddress: (start - first) / ImageLayout.Address.bytes)
        var changed: [Int] = []
        do throws(Finding) {
            for (steering, prefix) in scopes {
                for endpoint in steering.endpoints {
                    let index = table.entries.count
                    let key = prefix + endpoint.name
                    guard table[key] == nil else { continue }
                    guard index < served.endpoints.count, served.endpoints[index].key == key else {
                        return nil
                    }
                    let stays = served.endpoints[index].has(endpoint.addresses)
                    if !stays { changed.append(index) }
                    try table.add(
                        endpoint, key: key, slots: &slots,
                        served: stays ? base.endpoint(index).firstAddress : nil)
                }
            }
        } catch {
            return nil
        }
        guard table.entries.count == served.endpoints.count else { return nil }
        self.table = table
        hasChanges = !changed.isEmpty
        addressCount = base.addressCount
        endpoints = base.bytes.native32(base.root + ImageLayout.Field.endpoints)
        self.slots = changed.isEmpty ? served.slots : slots.grown()
        guard hasChanges else { return }
        _ = image.reserve(start - image.end)
        for index in changed { table.entries[index].writeAddresses(index, to: &image) }
        addressCount = table.addressTotal
        endpoints = table.write(
            keys: table.entries.indices.map { base.endpoint($0).keyOffset }, to: &image)
    }
}

extension CompiledEndpoint {
    /// Whether these are its addresses, in the order of the image.
    fileprivate func has(_ others: [IPAddress]) -> Bool {
        addresses.map(\.address) == others.filter(\.isV4) + others.filter { !$0.isV4 }
    }
}
