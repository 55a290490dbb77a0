import Testing

extension EndToEnd.ChaosTests {
    /// The judge itself: a test that takes every answer for right would prove nothing.
    @Suite struct JudgeTests {
        struct Case: Sendable, CustomTestStringConvertible {
            var testDescription: String
            var question: ChaosQuestion
            /// Of each endpoint: d for down, u for up, and ? while nobody knows.
            var endpoints = "uuuu"
            var versions = 4...4
            var rcode = 0
            var addresses: [UInt32] = []
            var isRight: Bool
        }

        private static func endpoints(_ numbers: Int...) -> [UInt32] {
            numbers.map(ChaosMoment.address)
        }

        static let cases = [
            Case(
                testDescription: "an old version", question: .changing, versions: 4...5,
                addresses: [ChaosQuestion.address(ofVersion: 3)], isRight: false),
            Case(
                testDescription: "a version on its way", question: .changing, versions: 4...5,
                addresses: [ChaosQuestion.address(ofVersion: 5)], isRight: true),
            Case(
                testDescription: "a version that nobody wrote", question: .changing,
                versions: 4...5, addresses: [ChaosQuestion.address(ofVersion: 6)], isRight: false),
            Case(
                testDescription: "a server failure", question: .changing, rcode: 2, isRight: false),
            Case(
                testDescription: "a name that has gone", question: .guest,
                addresses: [ChaosQuestion.guestAddress], isRight: false),
            Case(
                testDescription: "a name that comes", question: .guest, versions: 4...5,
                addresses: [ChaosQuestion.guestAddress], isRight: true),
            Case(
                testDescription: "a name that is not there", question: .guest, rcode: 3,
                isRight: true),
            Case(
                testDescription: "a name that is there", question: .guest, versions: 5...5,
                rcode: 3, isRight: false),
            Case(
                testDescription: "one that is down by weight", question: .share, endpoints: "duuu",
                addresses: endpoints(0), isRight: false),
            Case(
                testDescription: "one that may be down by weight", question: .share,
                endpoints: "?uuu", addresses: endpoints(0), isRight: true),
            Case(
                testDescription: "one that is down beside ones that may be", question: .share,
                endpoints: "d???", addresses: endpoints(0), isRight: true),
            Case(
                testDescription: "two by weight", question: .share, addresses: endpoints(0, 1),
                isRight: false),
            Case(
                testDescription: "the second by failover", question: .order, endpoints: "uuuu",
                addresses: endpoints(1), isRight: false),
            Case(
                testDescription: "the first that is up", question: .order, endpoints: "dduu",
                addresses: endpoints(2), isRight: true),
            Case(
                testDescription: "one before the first that is up", question: .order,
                endpoints: "d?uu", addresses: endpoints(1), isRight: true),
            Case(
                testDescription: "the first of those that are all down", question: .order,
                endpoints: "dddd", addresses: endpoints(0), isRight: true),
            Case(
                testDescription: "not all that are up", question: .spread, endpoints: "uudd",
                addresses: endpoints(0), isRight: false),
            Case(
                testDescription: "more than those that are up", question: .spread,
                endpoints: "uudd", addresses: endpoints(0, 1, 2), isRight: false),
            Case(
                testDescription: "those that are up", question: .spread, endpoints: "uudd",
                addresses: endpoints(1, 0), isRight: true),
            Case(
                testDescription: "an address of nobody", question: .spread,
                addresses: endpoints(0, 1, 2, 3) + [1], isRight: false),
        ]

        @Test(arguments: cases) func rightAndWrongAreToldApart(_ c: Case) {
            var asked = ChaosMoment(acknowledged: c.versions.lowerBound)
            asked.endpoints = c.endpoints.map {
                ChaosMoment.Endpoint(isDown: $0 == "d", isCertain: $0 != "?")
            }
            var answered = asked
            answered.acknowledged = c.versions.upperBound
            answered.latest = c.versions.upperBound
            let fault = c.question.fault(
                in: .init(rcode: c.rcode, addresses: c.addresses),
                during: ChaosInterval(asked: asked, answered: answered))
            #expect((fault == nil) == c.isRight)
        }

        @Test func whatChangedMeanwhileIsNotCertain() {
            var asked = ChaosMoment()
            asked.endpoints[0] = .init(isDown: true, isCertain: true, change: 1)
            asked.endpoints[1] = .init(isDown: false, isCertain: true, change: 1)
            var answered = asked
            answered.endpoints[0].change = 3
            let interval = ChaosInterval(asked: asked, answered: answered)
            #expect(interval.endpoints(certainlyDown: true) == [])
            #expect(interval.endpoints(certainlyDown: false) == [1])
        }
    }
}
