import Zones

/// The JSON Schema (draft 2020-12) of a settings file, for editors that complete and check YAML.
///
/// Made of the table that checks the files, so that it cannot say otherwise.
package func jsonSchema(for file: SettingsFile) -> String {
    let shape = file == .server ? ServerKeys.file : SteeringKeys.zoneFile
    guard case .object(var members) = SchemaWriter.object(shape) else { return "{}" }
    members.insert(("$schema", .string("https://json-schema.org/draft/2020-12/schema")), at: 0)
    members.append(("$defs", .object([("policy", SchemaWriter.policy())])))
    return JSONText.object(members).text() + "\n"
}

/// Writes the rows of the table as schemas.
private enum SchemaWriter {
    static func object(_ shape: SettingsShape) -> JSONText {
        var members: [(String, JSONText)] = [
            ("title", .string(shape.title)), ("type", .string("object")),
            ("additionalProperties", .boolean(false)),
            (
                "properties",
                .object(
                    shape.keys.map { key in
                        (key.name, annotated(schema(key.kind), key))
                    })
            ),
        ]
        let required = shape.keys.filter(\.required).map { JSONText.string($0.name) }
        if !required.isEmpty { members.append(("required", .array(required))) }
        if !shape.exactlyOne.isEmpty {
            let choices = shape.exactlyOne.map {
                JSONText.object([("required", .array([.string($0)]))])
            }
            members.append(("oneOf", .array(choices)))
        }
        return .object(members)
    }

    private static func annotated(_ schema: JSONText, _ key: SettingsKey) -> JSONText {
        guard case .object(var members) = schema else { return schema }
        var doc = key.doc + "."
        if let text = key.defaultText { doc += " Default: \(text)." }
        members.insert(("description", .string(doc)), at: 0)
        return .object(members)
    }

    static func schema(_ kind: SettingsKind) -> JSONText {
        switch kind {
        case .text: type("string")
        case .ruledText(let rule): .object([scalar, ("pattern", .string(rule.pattern))])
        case .integer(let range):
            number("integer", Double(range.lowerBound), Double(range.upperBound))
        case .number(let range): number("number", range.lowerBound, range.upperBound)
        case .duration: pattern("^[0-9]{1,9}(ms|s|m|h)$")
        case .boolean: type("boolean")
        case .word(let words): .object([("enum", .array(words.flatMap(spellings)))])
        case .socketAddress: pattern("^([0-9.]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$")
        case .resolver:
            pattern("^([0-9.]+(:[0-9]{1,5})?|[0-9A-Fa-f:.]+|\\[[0-9A-Fa-f:.]+\\]:[0-9]{1,5})$")
        case .address: pattern("^[0-9A-Fa-f:.]+$")
        case .network: pattern("^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$")
        case .origin: type("string")
        case .host: pattern("^[^.].{0,1003}$")
        case .location:
            .object([
                ("type", .string("array")), ("minItems", .number(2)), ("maxItems", .number(2)),
                ("prefixItems", .array([number("number", -90, 90), number("number", -180, 180)])),
            ])
        case .statuses: oneOrMore(statusCode, maximum: 100)
        case .timeToLive: timeToLive
        case .seconds:
            anyOf([number("integer", 0, Double(Int32.max)), pattern("^[0-9]{1,9}(s|m|h)$")])
        case .whenDown:
            anyOf([
                schema(.word(["all", "lastGood", "nodata", "servfail"])),
                oneOrMore(schema(.address), maximum: 64),
                .object([
                    ("type", .string("object")), ("additionalProperties", .boolean(false)),
                    ("properties", .object([("policy", reference("policy"))])),
                    ("required", .array([.string("policy")])),
                ]),
                .object([
                    ("type", .string("object")), ("additionalProperties", .boolean(false)),
                    ("properties", .object([("host", schema(.host))])),
                    ("required", .array([.string("host")])),
                ]),
            ])
        case .policy: reference("policy")
        case .oneOrMore(let item, let maximum): oneOrMore(schema(item), maximum: maximum)
        case .map(let rule, let value):
            .object([
                ("type", .array([.string("object"), .string("null")])),
                ("propertyNames", .object([("pattern", .string(rule.pattern))])),
                ("additionalProperties", schema(value)),
            ])
        case .object(let shape): object(shape)
        case .either(let kinds): anyOf(kinds.map(schema))
        }
    }

    /// A policy refers to itself, hence a definition of its own.
    static func policy() -> JSONText {
        let inner = reference("policy")
        let members = JSONText.object([
            ("type", .string("array")), ("minItems", .number(1)), ("maxItems", .number(1000)),
            ("items", inner),
        ])
        let name = schema(.ruledText(.thing))
        let weight = number("integer", 0, 1_000_000)
        let weights = JSONText.object([
            ("type", .string("object")), ("additionalProperties", weight),
        ])
        let weighted = JSONText.object([
            ("type", .string("object")), ("additionalProperties", .boolean(false)),
            ("properties", .object([("weight", weight), ("policy", inner)])),
            ("required", .array([.string("weight"), .string("policy")])),
        ])
        let list = JSONText.object([
            ("type", .string("array")), ("items", anyOf([weighted, weights])),
        ])
        let biases = JSONText.object([
            ("type", .string("object")),
            (
                "additionalProperties",
                schema(.integer(PlacedMember.biasRange))
            ),
        ])
        let kinds: [String: JSONText] = [
            "endpoint": name, "cluster": name, "host": schema(.host), "all": members,
            "failover": members,
            "weighted": anyOf([weights, list]),
            "geo": branches(
                "^(default|[A-Z]{2}(-[A-Z0-9]{1,3})?|AS[1-9][0-9]{0,9}|(continent|country):[A-Z]{2}|network:[A-Za-z0-9._-]{1,63})$"
            ),
            "subnet": branches(
                "^(default|[0-9A-Fa-f:.]+(/[0-9]{1,3})?|network:[A-Za-z0-9._-]{1,63})$"),
            "proximity": anyOf([
                biases, placed(SteeringKeys.nearMember, or: [biases, inner]),
            ]),
            "latency": placed(SteeringKeys.fastMember, or: [inner]),
            "hash": anyOf([
                weights,
                .object([
                    ("type", .string("array")), ("items", anyOf([weighted, weights, inner])),
                ]),
            ]),
        ]
        let choices = SteeringKeys.policyKinds.map { kind in
            var properties = [(kind, kinds[kind] ?? .object([]))]
            for (key, fitting) in SteeringKeys.policyModifiers.sorted(by: { $0.key < $1.key })
            where fitting.contains(kind) {
                properties.append((key, modifier(key)))
            }
            return JSONText.object([
                ("type", .string("object")), ("additionalProperties", .boolean(false)),
                ("properties", .object(properties)), ("required", .array([.string(kind)])),
            ])
        }
        return anyOf([name] + choices)
    }

    /// A list of policies with what is told about where each is.
    private static func placed(_ shape: SettingsShape, or others: [JSONText]) -> JSONText {
        var keyed = shape
        keyed.keys.append(SettingsKey("policy", .policy, required: true, "The member"))
        return .object([
            ("type", .string("array")), ("minItems", .number(1)), ("maxItems", .number(1000)),
            ("items", anyOf([object(keyed)] + others)),
        ])
    }

    /// A key beside the kind of a policy.
    private static func modifier(_ key: String) -> JSONText {
        switch key {
        case "answers": number("integer", 1, 64)
        case "ipv4-prefix": number("integer", 8, 32)
        case "ipv6-prefix": number("integer", 16, 128)
        case "atLeast": anyOf([number("integer", 1, 1000), pattern("^[0-9]{1,3}%$")])
        case "panic": pattern("^[0-9]{1,3}%$")
        case "trickle": pattern("^[0-9]{1,2}(\\.[0-9]{1,2})?%$")
        case "failback":
            anyOf([schema(.word(["auto", "manual"])), object(FailbackReader.shape)])
        case "spill", "alwaysUp": type("boolean")
        case "requires":
            oneOrMore(
                schema(.ruledText(.thing)), maximum: PolicyModifiers.maximumRequirements)
        default: .object([])
        }
    }

    /// Policies by place.
    private static func branches(_ keys: String) -> JSONText {
        .object([
            ("type", .string("object")), ("minProperties", .number(1)),
            ("propertyNames", .object([("pattern", .string(keys))])),
            ("additionalProperties", reference("policy")),
        ])
    }

    // MARK: Small parts

    private static let statusCode = anyOf([
        number("integer", 100, 599), pattern("^[1-5][0-9]{2}(-[1-5][0-9]{2})?$"),
    ])

    private static let timeToLive = anyOf([
        number("integer", 0, Double(Int32.max)), pattern("^(auto|[0-9]{1,9}(s|m|h))$"),
        .object([
            ("type", .string("object")), ("additionalProperties", .boolean(false)),
            ("properties", .object([("auto", object(SteeringKeys.autoTTL))])),
            ("required", .array([.string("auto")])),
        ]),
    ])

    /// Text that YAML may also take for a number or a truth value.
    private static let scalar: (String, JSONText) = (
        "type", .array([.string("string"), .string("number"), .string("boolean")])
    )

    /// YAML 1.1 editors read `off` as false.
    private static func spellings(_ word: String) -> [JSONText] {
        word == "off" ? [.string(word), .boolean(false)] : [.string(word)]
    }

    private static func type(_ name: String) -> JSONText { .object([("type", .string(name))]) }

    private static func pattern(_ text: String) -> JSONText {
        .object([("type", .string("string")), ("pattern", .string(text))])
    }

    private static func number(_ type: String, _ low: Double, _ high: Double) -> JSONText {
        .object([
            ("type", .string(type)), ("minimum", .number(low)), ("maximum", .number(high)),
        ])
    }

    private static func oneOrMore(_ item: JSONText, maximum: Int) -> JSONText {
        anyOf([
            item,
            .object([
                ("type", .string("array")), ("minItems", .number(1)),
                ("maxItems", .number(Double(maximum))), ("items", item),
            ]),
        ])
    }

    private static func anyOf(_ schemas: [JSONText]) -> JSONText {
        .object([("anyOf", .array(schemas))])
    }

    private static func reference(_ name: String) -> JSONText {
        .object([("$ref", .string("#/$defs/\(name)"))])
    }
}
