import Load
import Testing

/// A response to the questions below, whole or damaged.
struct ResponseCase: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var isRight: Bool
    /// Changes a right answer.
    var change: @Sendable (inout [UInt8]) -> Void
}

@Suite("What counts as a right answer")
struct AnswerCheckTests {
    private static let address: UInt32 = 0x0A00_0007
    private static let question = Question(
        "host7.bench.test", .a, .addresses(from: address, count: 1, answers: 1))

    /// The message of a question without its OPT record, as a response with flags and an A record.
    private static func answer() -> [UInt8] {
        var bytes = Array(QueryMessage.bytes(question).dropLast(11))
        bytes[2] = 0x84
        bytes[7] = 1
        bytes[11] = 0
        return bytes + [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 7]
    }

    static let cases = [
        ResponseCase(testDescription: "right", isRight: true) { _ in },
        ResponseCase(testDescription: "a query, not a response", isRight: false) { $0[2] = 0x04 },
        ResponseCase(testDescription: "not authoritative", isRight: false) { $0[2] = 0x80 },
        ResponseCase(testDescription: "truncated", isRight: false) { $0[2] |= 0x02 },
        ResponseCase(testDescription: "SERVFAIL", isRight: false) { $0[3] = 2 },
        ResponseCase(testDescription: "no answer counted", isRight: false) { $0[7] = 0 },
        ResponseCase(testDescription: "two answers counted", isRight: false) { $0[7] = 2 },
        ResponseCase(testDescription: "another name asked", isRight: false) { $0[13] ^= 1 },
        ResponseCase(testDescription: "another address", isRight: false) { $0[$0.count - 1] = 8 },
        ResponseCase(testDescription: "another type", isRight: false) { $0[$0.count - 13] = 28 },
        ResponseCase(testDescription: "cut short", isRight: false) { $0.removeLast() },
        ResponseCase(testDescription: "cut in the question", isRight: false) {
            $0.removeLast($0.count - 20)
        },
    ]

    @Test(arguments: cases)
    func onlyTheExpectedAnswerIsRight(_ response: ResponseCase) {
        var bytes = Self.answer()
        response.change(&bytes)
        let set = QuestionSet([Self.question])
        let isRight = bytes.withUnsafeBytes { set.isRight($0, to: 0) }
        #expect(isRight == response.isRight)
    }

    @Test func nameErrorNeedsSOA() {
        let set = QuestionSet([Question("no.bench.test", .a, .nameError)])
        var bytes = Array(QueryMessage.bytes(Question("no.bench.test", .a, .nameError)))
        bytes[2] = 0x84
        bytes[3] = 3
        #expect(!bytes.withUnsafeBytes { set.isRight($0, to: 0) })
        bytes[9] = 1
        #expect(bytes.withUnsafeBytes { set.isRight($0, to: 0) })
    }

    @Test func aMessageHasOneQuestionAndEDNS() {
        let bytes = QueryMessage.bytes(Question("a.test", .aaaa, .anything))
        #expect(
            bytes == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
                + [1, 97, 4, 116, 101, 115, 116, 0, 0, 28, 0, 1]
                + [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0])
    }
}
