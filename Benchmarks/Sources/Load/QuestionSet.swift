/// Questions as messages in one piece of memory, to be sent in order and over again.
///
/// Never changed once made, and kept until the program ends: threads read it without counting.
package final class QuestionSet: @unchecked Sendable {
    package let count: Int
    let bytes: UnsafeMutablePointer<UInt8>
    /// Where each message begins; one more than there are messages.
    let offsets: UnsafeMutablePointer<UInt32>
    let expectations: UnsafeMutablePointer<Expectation>
    let types: UnsafeMutablePointer<UInt8>

    /// - Precondition: there is at least one question.
    package init(_ questions: [Question]) {
        precondition(!questions.isEmpty, "a load needs a question")
        var all: [UInt8] = []
        all.reserveCapacity(questions.count * 64)
        offsets = .allocate(capacity: questions.count + 1)
        expectations = .allocate(capacity: questions.count)
        types = .allocate(capacity: questions.count)
        for (index, question) in questions.enumerated() {
            offsets[index] = UInt32(all.count)
            (expectations + index).initialize(to: question.expectation)
            types[index] = UInt8(question.type.rawValue)
            all += QueryMessage.bytes(question)
        }
        offsets[questions.count] = UInt32(all.count)
        bytes = .allocate(capacity: all.count)
        bytes.initialize(from: all, count: all.count)
        count = questions.count
    }

    deinit {
        bytes.deallocate()
        offsets.deallocate()
        expectations.deallocate()
        types.deallocate()
    }

    /// The message with a number.
    func message(_ index: Int) -> UnsafeMutableBufferPointer<UInt8> {
        let start = Int(offsets[index])
        return UnsafeMutableBufferPointer(
            start: bytes + start, count: Int(offsets[index + 1]) - start)
    }

    /// Whether a response answers question `index` rightly; its ID is the caller's to compare.
    package func isRight(_ response: UnsafeRawBufferPointer, to index: Int) -> Bool {
        AnswerCheck.isRight(
            response, question: message(index), type: types[index],
            expectation: expectations[index])
    }
}
