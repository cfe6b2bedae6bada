internal import CAres
internal import Glibc

/// One `ares_getaddrinfo`, from start to end: c-ares' boundary as the system's resolver.
///
/// It blocks its thread in poll(2), which has to be one of its own, and looks up every 50 ms whether it is still wanted.
struct AresLookup {
    /// What is looked up.
    let name: String
    /// Which families are asked for.
    let policy: AddressFamilyPolicy
    /// Whom to ask; empty means the servers in resolv.conf.
    let servers: [Endpoint]
    /// Whether nobody waits for the answer any more.
    let isCancelled: @Sendable () -> Bool

    /// c-ares asks each server once per round and doubles the time in the second: 9 s until nobody has answered.
    private static let timeout: Int32 = 3000
    private static let rounds: Int32 = 2
    /// How long one poll(2) lasts at most, in milliseconds, like the timeout.
    private static let patience: Int32 = 50

    /// c-ares' global state; it has to be there once before anything else, and says whether it is.
    private static let libraryStatus = ares_library_init(ARES_LIB_INIT_ALL)

    /// Looks the name up; the addresses are in the order of RFC 6724.
    func run() throws(AresFailure) -> [IPAddress] {
        guard Self.libraryStatus == labnet_ares_success else { throw AresFailure(status: Self.libraryStatus) }
        var options = ares_options()
        (options.timeout, options.tries) = (Self.timeout, Self.rounds)
        var opened: ares_channel?
        let status = ares_init_options(&opened, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES)
        guard status == labnet_ares_success, let channel = opened else { throw AresFailure(status: status) }
        defer { ares_destroy(channel) }
        try chooseServers(channel)

        let answer = Answer()
        var hints = ares_addrinfo_hints()
        hints.ai_family = policy == .ip ? AF_UNSPEC : policy == .ip4 ? AF_INET : AF_INET6
        // The callback runs once, on this thread, inside a call on the channel, and the loop ends only after it; so the
        // answer, which this function owns, is lent and not retained.
        try withExtendedLifetime(answer) { () throws(AresFailure) in
            ares_getaddrinfo(
                channel, name, nil, &hints,
                { context, status, _, result in
                    guard let context else { return }
                    Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue().take(status, result)
                }, Unmanaged.passUnretained(answer).toOpaque())
            while answer.status == nil {
                // Cancelling calls back at once.
                if isCancelled() { ares_cancel(channel) } else { wait(channel) }
            }
        }
        let outcome = answer.status ?? labnet_ares_cancelled
        guard outcome == labnet_ares_success else { throw AresFailure(status: outcome) }
        return answer.addresses
    }

    /// Waits a little for one of the channel's sockets or for c-ares' own timer, and lets c-ares go on.
    private func wait(_ channel: ares_channel) {
        var sockets = [ares_socket_t](repeating: -1, count: Int(ARES_GETSOCK_MAXNUM))
        let wanted = ares_getsock(channel, &sockets, ARES_GETSOCK_MAXNUM)
        // Bit i: socket i wants to read; bit 16 + i: it wants to write (ares_getsock(3)).
        var descriptors = sockets.enumerated().compactMap { index, socket -> pollfd? in
            let events = (wanted >> index & 1 != 0 ? POLLIN : 0) | (wanted >> (16 + index) & 1 != 0 ? POLLOUT : 0)
            return events == 0 ? nil : pollfd(fd: socket, events: Int16(events), revents: 0)
        }
        let ready = poll(&descriptors, nfds_t(descriptors.count), Self.patience)
        for descriptor in descriptors where ready > 0 && descriptor.revents != 0 {
            let reads = descriptor.events & Int16(POLLIN) != 0
            let writes = descriptor.events & Int16(POLLOUT) != 0
            ares_process_fd(
                channel, reads ? descriptor.fd : ARES_SOCKET_BAD, writes ? descriptor.fd : ARES_SOCKET_BAD)
        }
        // Without a descriptor this only looks at the timers.
        ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD)
    }
}

// MARK: - Servers

extension AresLookup {
    /// Leaves the servers of the families that may be touched.
    ///
    /// A stub of resolv.conf on a loopback address stays: to ask it touches no network, of either family.
    private func chooseServers(_ channel: ares_channel) throws(AresFailure) {
        let configured = servers.isEmpty ? configuredServers(channel) : []
        let usual = configured.filter { isAllowed($0) || $0.address.isLoopback }
        // Written back, the list would lose the interfaces of link-local servers.
        if !usual.isEmpty, usual.count == configured.count { return }
        let chosen = servers.isEmpty ? usual : servers.filter(isAllowed)
        guard !chosen.isEmpty else { throw AresFailure(status: AresFailure.noServer) }
        let list = chosen.map(\.description).joined(separator: ",")
        let status = ares_set_servers_ports_csv(channel, list)
        guard status == labnet_ares_success else { throw AresFailure(status: status) }
    }

    private func isAllowed(_ server: Endpoint) -> Bool { policy.allows(server.address.family) }

    private func configuredServers(_ channel: ares_channel) -> [Endpoint] {
        var first: UnsafeMutablePointer<ares_addr_port_node>?
        guard ares_get_servers_ports(channel, &first) == labnet_ares_success else { return [] }
        // c-ares allocated the list, and only c-ares may free it.
        defer { ares_free_data(first) }
        var found: [Endpoint] = []
        var next = first
        while let server = next {
            let count = server.pointee.family == AF_INET ? 4 : 16
            let bytes = withUnsafeBytes(of: server.pointee.addr) { Array($0.prefix(count)) }
            // Port 0 stands for the usual one.
            let port = UInt16(exactly: server.pointee.udp_port).flatMap { $0 == 0 ? nil : $0 }
            if let address = IPAddress(bytes: bytes) {
                found.append(Endpoint(address: address, port: port ?? ResolverAddress.defaultPort(of: .datagrams)))
            }
            next = server.pointee.next
        }
        return found
    }
}

// MARK: - Answer

/// Where c-ares' callback leaves the result; used by one thread only.
private final class Answer {
    private(set) var status: Int32?
    private(set) var addresses: [IPAddress] = []

    /// Copies the addresses out of a result, and frees it.
    func take(_ status: Int32, _ result: UnsafeMutablePointer<ares_addrinfo>?) {
        self.status = status
        guard let result else { return }
        defer { ares_freeaddrinfo(result) }
        var next = result.pointee.nodes
        while let node = next {
            if let address = node.pointee.ai_addr.flatMap({ Endpoint($0)?.address }), !addresses.contains(address) {
                addresses.append(address)
            }
            next = node.pointee.ai_next
        }
    }
}

/// c-ares' status code for a lookup that found nothing.
struct AresFailure: Error, Hashable {
    /// `ARES_E…`, or ``noServer``.
    var status: Int32

    /// No server is left whose family may be touched.
    static let noServer: Int32 = -1

    /// What it means for the lookup; nil when it was interrupted.
    func cause(policy: AddressFamilyPolicy) -> NetworkError.Cause? {
        switch status {
        case labnet_ares_cancelled, labnet_ares_destruction: nil
        case labnet_ares_notfound, labnet_ares_badname: .noSuchName
        case labnet_ares_nodata: policy == .ip ? .noSuchName : .noAddressInFamily(policy)
        case labnet_ares_nomem: .system(errno: ENOMEM)
        default: .noAnswer
        }
    }
}
