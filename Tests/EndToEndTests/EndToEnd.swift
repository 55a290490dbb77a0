import Testing

/// The real programs on free ports, asked with dig, dnsperf, curl and sockets of their own.
///
/// One after the other: some of them load the machine, and all of them wait for clocks. The limit
/// is there to end a test that hangs; each takes a few seconds, and the chaos as long as it is told.
@Suite(.serialized, .timeLimit(.minutes(6))) enum EndToEnd {}
