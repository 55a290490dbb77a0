import DNSWire

/// The origins of all zones served.
struct Origins {
    let all: Set<Name>
    /// Those that lie above another one.
    private let parents: Set<Name>

    init(_ origins: some Sequence<Name>) {
        all = Set(origins)
        var parents: Set<Name> = []
        for origin in all {
            var next = origin.parent
            while let name = next {
                if all.contains(name) { parents.insert(name) }
                next = name.parent
            }
        }
        self.parents = parents
    }

    func haveZonesBelow(_ origin: Name) -> Bool { parents.contains(origin) }
}
