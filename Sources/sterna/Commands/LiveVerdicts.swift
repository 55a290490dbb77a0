import ArgumentParser
import Compiling
import Control
import DNSWire
import Foundation
import Health
import Serving

/// The verdicts that a running server tells of, for endpoints of the same key and address.
struct LiveVerdicts {
    private let endpoints: [String: EndpointReport]

    private struct Body: Decodable {
        var endpoints: [EndpointReport]
    }

    init(_ control: String) throws {
        guard let address = SocketAddress(control) else {
            throw ValidationError("--live \(control): write ADDRESS:PORT, as in 127.0.0.1:8053")
        }
        let body = try HTTPClient.get("/v1/endpoints", from: address)
        endpoints = Dictionary(
            try JSONDecoder().decode(Body.self, from: body).endpoints.map { ($0.endpoint, $0) },
            uniquingKeysWith: { first, _ in first })
    }

    func store(_ compiled: [CompiledEndpoint], into verdicts: VerdictTable) {
        for endpoint in compiled {
            for (address, slot) in endpoint.addresses {
                if let word = word(endpoint.key, address) { verdicts.store(word, slot: slot) }
            }
        }
    }

    private func word(_ key: String, _ address: IPAddress) -> VerdictWord? {
        guard
            let report = endpoints[key]?.addresses.first(where: { $0.address == "\(address)" }),
            let verdict = Verdict(report.verdict)
        else { return nil }
        let override = Override.allCases.first { "\($0)" == report.override } ?? .none
        let whole = Double(VerdictWord.wholeShare)
        return VerdictWord(
            verdict, override: override,
            share: UInt32((min(max(report.share ?? 1, 0), 1) * whole).rounded()),
            changeSeconds: report.changeSeconds)
    }

    /// The words of an endpoint of which the feed decides an address: what is known without it is not told.
    func words(
        of key: String, in compiled: [CompiledEndpoint], whenSilent feed: String
    ) -> [VerdictWord]? {
        guard let endpoint = compiled.first(where: { $0.key == key }), let report = endpoints[key]
        else { return nil }
        let own = report.addresses.filter { $0.source == feed || $0.source.hasPrefix(feed + "/") }
        guard !own.isEmpty else { return nil }
        return endpoint.addresses.map { address, _ in
            own.contains { $0.address == "\(address)" }
                ? VerdictWord(.unchecked) : word(key, address) ?? VerdictWord(.unchecked)
        }
    }
}
