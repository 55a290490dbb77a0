import Foundation
import Zones

/// What the AWS command line prints, as far as it is of use: several lists may stand in one document.
struct Route53Page: Decodable {
    var recordSets: [Route53RecordSet]?
    var healthChecks: [Route53HealthCheck]?
    var cidrBlocks: [Route53Block]?
    var hostedZone: Route53HostedZone?

    private enum CodingKeys: String, CodingKey {
        case recordSets = "ResourceRecordSets"
        case healthChecks = "HealthChecks"
        case cidrBlocks = "CidrBlocks"
        case hostedZone = "HostedZone"
    }

    var isEmpty: Bool {
        recordSets == nil && healthChecks == nil && cidrBlocks == nil && hostedZone == nil
    }
}

struct Route53HostedZone: Decodable {
    var name: String

    private enum CodingKeys: String, CodingKey { case name = "Name" }
}

struct Route53RecordSet: Decodable {
    struct Value: Decodable {
        var value: String

        private enum CodingKeys: String, CodingKey { case value = "Value" }
    }

    struct Alias: Decodable {
        var name: String
        var zone: String?
        var evaluatesHealth: Bool?

        private enum CodingKeys: String, CodingKey {
            case name = "DNSName"
            case zone = "HostedZoneId"
            case evaluatesHealth = "EvaluateTargetHealth"
        }
    }

    struct Place: Decodable {
        var continent: String?
        var country: String?
        var subdivision: String?

        private enum CodingKeys: String, CodingKey {
            case continent = "ContinentCode"
            case country = "CountryCode"
            case subdivision = "SubdivisionCode"
        }
    }

    struct Proximity: Decodable {
        struct Coordinates: Decodable {
            var latitude: String
            var longitude: String

            private enum CodingKeys: String, CodingKey {
                case latitude = "Latitude"
                case longitude = "Longitude"
            }
        }

        var region: String?
        var localZone: String?
        var coordinates: Coordinates?
        var bias: Int?

        private enum CodingKeys: String, CodingKey {
            case region = "AWSRegion"
            case localZone = "LocalZoneGroup"
            case coordinates = "Coordinates"
            case bias = "Bias"
        }
    }

    struct Cidr: Decodable {
        var collection: String
        var location: String

        private enum CodingKeys: String, CodingKey {
            case collection = "CollectionId"
            case location = "LocationName"
        }
    }

    var name: String
    var type: String
    var setIdentifier: String?
    var weight: Int?
    var region: String?
    var failover: String?
    var geoLocation: Place?
    var multiValue: Bool?
    var proximity: Proximity?
    var cidr: Cidr?
    var ttl: Int?
    var values: [Value]?
    var alias: Alias?
    var healthCheck: String?
    var trafficPolicy: String?

    private enum CodingKeys: String, CodingKey {
        case name = "Name"
        case type = "Type"
        case setIdentifier = "SetIdentifier"
        case weight = "Weight"
        case region = "Region"
        case failover = "Failover"
        case geoLocation = "GeoLocation"
        case multiValue = "MultiValueAnswer"
        case proximity = "GeoProximityLocation"
        case cidr = "CidrRoutingConfig"
        case ttl = "TTL"
        case values = "ResourceRecords"
        case alias = "AliasTarget"
        case healthCheck = "HealthCheckId"
        case trafficPolicy = "TrafficPolicyInstanceId"
    }
}

struct Route53HealthCheck: Decodable {
    struct Config: Decodable {
        var type: String
        var address: String?
        var port: Int?
        var path: String?
        var host: String?
        var search: String?
        var interval: Int?
        var threshold: Int?
        var isInverted: Bool?
        var isDisabled: Bool?
        var sendsName: Bool?
        var children: [String]?
        var healthThreshold: Int?

        private enum CodingKeys: String, CodingKey {
            case type = "Type"
            case address = "IPAddress"
            case port = "Port"
            case path = "ResourcePath"
            case host = "FullyQualifiedDomainName"
            case search = "SearchString"
            case interval = "RequestInterval"
            case threshold = "FailureThreshold"
            case isInverted = "Inverted"
            case isDisabled = "Disabled"
            case sendsName = "EnableSNI"
            case children = "ChildHealthChecks"
            case healthThreshold = "HealthThreshold"
        }
    }

    var id: String
    var config: Config

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case config = "HealthCheckConfig"
    }
}

struct Route53Block: Decodable {
    var block: String
    var location: String

    private enum CodingKeys: String, CodingKey {
        case block = "CidrBlock"
        case location = "LocationName"
    }
}

extension Route53Page {
    /// Reads one file: a document, an array of documents, or several one behind the other.
    static func read(_ source: ImportSource) throws(Finding) -> [Route53Page] {
        var pages: [Route53Page] = []
        let documents = split(source.text)
        guard !documents.isEmpty else {
            throw Finding(at: SourcePosition(file: source.name), "the file holds no JSON")
        }
        for document in documents {
            let position = SourcePosition(file: source.name, line: document.line)
            do {
                let data = Data(document.text.utf8)
                let decoder = JSONDecoder()
                if document.text.utf8.first == UInt8(ascii: "[") {
                    pages += try decoder.decode([Route53Page].self, from: data)
                } else {
                    pages.append(try decoder.decode(Route53Page.self, from: data))
                }
            } catch let error as DecodingError {
                throw Finding(at: position, reason(error))
            } catch {
                throw Finding(at: position, "not JSON: \(error)")
            }
        }
        if pages.allSatisfy(\.isEmpty) {
            throw Finding(
                at: SourcePosition(file: source.name),
                "neither ResourceRecordSets nor HealthChecks nor CidrBlocks are in here: give what "
                    + "'aws route53 list-resource-record-sets' prints")
        }
        return pages
    }

    /// Most documents of one file.
    private static let maximumDocuments = 10_000

    /// Cuts at the ends of top-level objects and arrays; what is no JSON stays in the last piece.
    private static func split(_ text: String) -> [(text: String, line: Int)] {
        var documents: [(text: String, line: Int)] = []
        var current: [UInt8] = []
        var line = 1
        var first = 1
        var depth = 0
        var isString = false
        var isEscaped = false
        for byte in text.utf8 {
            if byte == 10 { line += 1 }
            if current.isEmpty {
                if [9, 10, 13, 32].contains(byte) { continue }
                first = line
            }
            current.append(byte)
            if isEscaped {
                isEscaped = false
            } else if isString {
                if byte == UInt8(ascii: "\\") { isEscaped = true }
                if byte == UInt8(ascii: "\"") { isString = false }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                default: continue
                }
                if depth == 0, !isString, documents.count < maximumDocuments {
                    documents.append((String(decoding: current, as: UTF8.self), first))
                    current = []
                }
            }
        }
        if !current.isEmpty { documents.append((String(decoding: current, as: UTF8.self), first)) }
        return documents
    }

    /// Where in the document, and what.
    private static func reason(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            let parts = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
            return parts.isEmpty ? "the document" : parts.joined(separator: ".")
        }
        switch error {
        case .typeMismatch(_, let context): return "\(path(context)) is of another type"
        case .valueNotFound(_, let context): return "\(path(context)) has no value"
        case .keyNotFound(let key, let context):
            return "\(path(context)) has no '\(key.stringValue)'"
        case .dataCorrupted(let context):
            return "\(path(context)) cannot be read: \(context.debugDescription)"
        @unknown default: return "the document cannot be read"
        }
    }
}
