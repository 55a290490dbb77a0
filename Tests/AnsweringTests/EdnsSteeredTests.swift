import Compiling
import DNSWire
import Health
import Serving
import Testing
import Zones

/// Extended errors of steered names (RFC 8914).
@Suite struct EdnsSteeredTests {
    private func server(
        _ whenDown: SteeredName.WhenDown, extendedErrors: Bool = true
    ) throws -> TestServer {
        let place = SourcePosition(file: "test.yaml")
        var steering = SteeringDefinition()
        steering.endpoints = [
            EndpointDefinition(
                name: "e", addresses: [.v4(0xC000_0201), .v6(0x2001_0DB8 << 32, 1)],
                position: place)
        ]
        steering.names = [
            SteeredName(
                owner: try Name("shop.example.org."), ttl: .seconds(30),
                policy: .reference("e", place), whenDown: whenDown, position: place)
        ]
        var settings = AnswerSettings()
        settings.extendedErrors = extendedErrors
        return try TestServer(
            [
                ZoneSource(
                    zone: try TestZones.zone("www A 192.0.2.80\nalias CNAME shop"),
                    steering: steering)
            ], settings: settings)
    }

    @Test(arguments: [
        SteeredName.WhenDown.all, .noData, .serverFailure, .addresses([.v4(0xCB00_7101)]),
    ])
    func whenDownSaysSo(_ whenDown: SteeredName.WhenDown) throws {
        for name in ["shop.example.org.", "alias.example.org."] {
            let server = try server(whenDown)
            #expect(try server.answer(name, .a).options.isEmpty)
            server.store(.unhealthy, endpoint: "example.org/e")
            let response = try server.answer(name, .a)
            #expect(response.extendedError?.code == 0)
            #expect(response.extendedError?.text == "all endpoints are down")
            #expect(try server.answer(Question(name, .a)).opt == nil)
            #expect(try server.answer(name, .txt).options.isEmpty)
            let quiet = try self.server(whenDown, extendedErrors: false)
            quiet.store(.unhealthy, endpoint: "example.org/e")
            #expect(try quiet.answer(name, .a).options.isEmpty)
        }
    }

    @Test func oneFamilyDownSaysSo() throws {
        let server = try server(.all)
        server.store(.unhealthy, endpoint: "example.org/e", v4: false)
        #expect(
            try server.answer("shop.example.org.", .aaaa).extendedError?.text
                == "this address family is down")
        #expect(try server.answer("shop.example.org.", .a).options.isEmpty)
    }
}
