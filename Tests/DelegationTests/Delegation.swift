import Testing

/// A real delegation: a root and a parent zone on NSD, a subdomain on two Sterna servers, and
/// resolvers that find their way through them.
///
/// All of it runs on port 53 of many addresses in a network namespace of its own, which is gone
/// afterwards. The files are in `Site`; `docs/delegation.md` explains them.
@Suite(
    .serialized, .timeLimit(.minutes(2)),
    .enabled(
        """
        needs root, a network namespace with IPv6, and ip, dig, nsd, unbound and named \
        (Debian: iproute2 dnsutils nsd unbound bind9)
        """
    ) { await Prerequisites.areThere.value }
)
enum Delegation {}
