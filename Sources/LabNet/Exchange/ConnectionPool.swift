/// The idle connections of a transport, by origin.
actor ConnectionPool {
    /// How many idle connections are kept for one origin.
    static let limit = 16
    /// How long one is kept. Servers commonly close theirs after 60 s or more; guessing shorter avoids most of the races.
    static let idleLimit = Duration.seconds(30)

    private var idle: [Origin: [HTTP1Connection]] = [:]
    private var isClosed = false

    /// Takes the connection that was used last, if one looks alive and goes where the request may go; the others stay.
    func take(_ origin: Origin, within reach: Reach = .anywhere) -> HTTP1Connection? {
        idle[origin]?.removeAll { !$0.isAlive }
        guard let index = idle[origin]?.lastIndex(where: { reach.allows($0.route, to: origin.host) }) else {
            return nil
        }
        return idle[origin]?.remove(at: index)
    }

    /// Keeps a connection whose response is whole; closes it when there are enough.
    func put(_ connection: HTTP1Connection, for origin: Origin) async {
        let others = idle[origin, default: []].filter(\.isAlive)
        guard !isClosed, others.count < Self.limit else { return await connection.close() }
        idle[origin] = others + [connection]
    }

    /// Closes the idle connections on a route: a stream was cut there.
    func drop(_ route: Route) async {
        let gone = idle.values.joined().filter { $0.route == route }
        // Before anything is waited for: others take and put meanwhile.
        idle = idle.mapValues { $0.filter { $0.route != route } }
        for connection in gone { await connection.close() }
    }

    /// Closes every idle connection, and whatever is put back later.
    func close() async {
        isClosed = true
        let all = idle.values.joined()
        idle = [:]
        for connection in all { await connection.close() }
    }
}
