import CSterna
import Glibc

/// Turns SIGTERM and SIGINT into a readable file.
enum Signals {
    /// Written by the handler, which may do little else.
    nonisolated(unsafe) private static var wakeUp: CInt = -1

    static func watch() -> CInt {
        let file = sterna_eventfd()
        unsafe wakeUp = file
        for number in [SIGTERM, SIGINT] {
            signal(number) { _ in unsafe sterna_eventfd_signal(Signals.wakeUp) }
        }
        // The terminal is the control process's; a write to a peer that has gone is an error code.
        signal(SIGHUP, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        return file
    }
}
