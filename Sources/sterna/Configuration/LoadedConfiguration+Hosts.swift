import Compiling
import DNSWire
import Resolving
import Settings
import Zones

/// Endpoints whose addresses are those of a host.
extension LoadedConfiguration {
    /// Every host that is to be resolved.
    var hosts: Set<Name> { Compiling.hosts(of: zones, platform: settings.steering) }

    /// How hosts are resolved; where no servers are named, those of the system are asked.
    var resolverOptions: ResolverOptions {
        let resolver = settings.resolver
        return ResolverOptions(
            servers: resolver.servers.isEmpty ? SystemResolvers.read() : resolver.servers,
            timeout: resolver.timeout, floor: resolver.floor, ceiling: resolver.ceiling)
    }

    /// The same configuration with the addresses that hosts have now.
    ///
    /// Numbers of versions change only where addresses do, so that the rest is not compiled again.
    ///
    /// - Parameter earlier: what is served.
    func with(
        hosts addresses: [Name: [IPAddress]], after earlier: LoadedConfiguration
    ) -> LoadedConfiguration {
        var result = self
        if result.settings.steering.take(addresses),
            platformRevision == earlier.platformRevision,
            result.settings.steering.endpoints != earlier.settings.steering.endpoints
        {
            result.platformRevision = Revision.next()
        }
        let served = Dictionary(
            earlier.zones.map { ($0.zone.origin, $0) }, uniquingKeysWith: { first, _ in first })
        for index in result.zones.indices where result.zones[index].steering.take(addresses) {
            let zone = result.zones[index]
            if let before = served[zone.zone.origin],
                steeringContent(of: zone.zone.origin)
                    == earlier.steeringContent(of: zone.zone.origin),
                before.steering.endpoints == zone.steering.endpoints
            {
                result.zones[index].steeringRevision = before.steeringRevision
            } else {
                result.zones[index].steeringRevision = Revision.next()
            }
        }
        return result
    }
}

extension SteeringDefinition {
    /// Gives endpoints the addresses of their hosts; returns whether any has a host.
    fileprivate mutating func take(_ addresses: [Name: [IPAddress]]) -> Bool {
        var hasHosts = false
        for index in endpoints.indices {
            guard let host = endpoints[index].host else { continue }
            hasHosts = true
            endpoints[index].addresses = addresses[host] ?? []
        }
        return hasHosts
    }
}

/// The resolvers that this system is set up with.
private enum SystemResolvers {
    static let file = "/etc/resolv.conf"

    static func read() -> [SocketAddress] {
        // Without the file C libraries ask this host, and so does this.
        let text = (try? SmallFile.read(file).get()) ?? ""
        return NameServers.read(text)
    }
}
