import DNSWire
import Resolving

/// A response as a server would write it, or as one should not.
struct Message {
    var id: UInt16 = 0x1234
    /// QR, RD and RA.
    var flags: UInt16 = 0x8180
    var question: (name: String, type: UInt16)?
    var records: [(owner: String, type: UInt16, ttl: UInt32, data: [UInt8])] = []
    /// Records that the header tells, where it lies.
    var count: UInt16?

    init(to question: HostQuestion, rcode: UInt16 = 0) {
        id = question.id
        flags |= rcode
        self.question = (question.name.description, question.family == .v4 ? 1 : 28)
    }

    /// Adds an A or AAAA record.
    func with(_ owner: String, _ address: String, ttl: UInt32 = 60) -> Message {
        let bytes = IPAddress(address)?.bytes ?? []
        return adding(owner, bytes.count == 4 ? 1 : 28, ttl, bytes)
    }

    func with(_ owner: String, alias target: String, ttl: UInt32 = 60) -> Message {
        adding(owner, 5, ttl, Message.wire(target))
    }

    func adding(_ owner: String, _ type: UInt16, _ ttl: UInt32, _ data: [UInt8]) -> Message {
        var copy = self
        copy.records.append((owner, type, ttl, data))
        return copy
    }

    func changed(_ change: (inout Message) -> Void) -> Message {
        var copy = self
        change(&copy)
        return copy
    }

    /// The question's name is pointed at wherever it is an owner, as servers do it.
    var bytes: [UInt8] {
        var bytes = [id, flags, question == nil ? 0 : 1, count ?? UInt16(records.count), 0, 0]
            .flatMap(Message.pair)
        if let question {
            bytes += Message.wire(question.name) + Message.pair(question.type) + [0, 1]
        }
        for record in records {
            bytes += record.owner == question?.name ? [0xC0, 12] : Message.wire(record.owner)
            bytes += Message.pair(record.type) + [0, 1]
            bytes +=
                Message.pair(UInt16(record.ttl >> 16)) + Message.pair(UInt16(record.ttl & 0xFFFF))
            bytes += Message.pair(UInt16(record.data.count)) + record.data
        }
        return bytes
    }

    static func wire(_ name: String) -> [UInt8] { (try? Name(name).wire) ?? [0] }

    private static func pair(_ value: UInt16) -> [UInt8] {
        [UInt8(value >> 8), UInt8(value & 0xFF)]
    }
}

/// Addresses by their text.
func addresses(_ texts: String...) -> [IPAddress] { texts.compactMap { IPAddress($0) } }
