internal import Synchronization

/// Lets one connection at a time look for the way to an origin, while the others wait for what it finds: each failed
/// handshake on the way is met once, and no name is shown more often than it has to be.
final class WaySearch: Sendable {
    /// How a search ended.
    enum Ending: Hashable, Sendable {
        /// A way was found; the memory knows it.
        case found
        /// There is none.
        case failed(NetworkError)
        /// Whoever searched was cancelled; the next in line takes the search over.
        case cancelled
    }

    /// What asking for a search comes to.
    enum Part: Hashable, Sendable {
        /// The search is the asker's.
        case mine
        /// Somebody else's search is over.
        case over(Ending)
    }

    private typealias Waiter = CheckedContinuation<Part, Never>

    /// What is searched for. What lies beyond one request's reach may be within another's, so they do not share a
    /// failure.
    fileprivate struct Aim: Hashable {
        var origin: Origin
        var reach: Reach
    }

    private struct State {
        /// Those who wait, in the order of their coming, for each aim that is being searched for.
        var lines: [Aim: [(id: Int, waiter: Waiter)]] = [:]
        var lastID = 0
    }

    private let state = Mutex(State())

    /// How many wait for somebody else's search.
    func waiting(for origin: Origin, within reach: Reach = .anywhere) -> Int {
        state.withLock { $0.lines[Aim(origin: origin, reach: reach)]?.count ?? 0 }
    }

    /// One connection's claim to the search for an origin.
    func claim(_ origin: Origin, within reach: Reach = .anywhere) -> Claim {
        Claim(search: self, aim: Aim(origin: origin, reach: reach))
    }

    /// One connection's part in a search. Whoever makes it ends it.
    final class Claim: Sendable {
        private let search: WaySearch
        private let aim: Aim
        private let isHeld = Mutex(false)

        fileprivate init(search: WaySearch, aim: Aim) {
            self.search = search
            self.aim = aim
        }

        /// Takes the search over, or waits until somebody else's ends. At once `mine` where it is so already;
        /// `over(.cancelled)` when the task is cancelled.
        func take() async -> Part {
            if isHeld.withLock(\.self) { return .mine }
            let part = await search.take(aim)
            if part == .mine { isHeld.withLock { $0 = true } }
            return part
        }

        /// Tells those who wait how the search ended; does nothing where it was not this connection's.
        func end(_ ending: Ending) {
            let wasHeld = isHeld.withLock { isHeld in
                defer { isHeld = false }
                return isHeld
            }
            if wasHeld { search.end(aim, ending) }
        }
    }

    private func take(_ aim: Aim) async -> Part {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let answer = state.withLock { state -> Part? in
                    guard !Task.isCancelled else { return .over(.cancelled) }
                    guard state.lines[aim] != nil else {
                        state.lines[aim] = []
                        return .mine
                    }
                    state.lines[aim]?.append((id, waiter))
                    return nil
                }
                if let answer { waiter.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.lines[aim]?.firstIndex(where: { $0.id == id }) else { return nil }
                return state.lines[aim]?.remove(at: index).waiter
            }
            waiter?.resume(returning: .over(.cancelled))
        }
    }

    private func end(_ aim: Aim, _ ending: Ending) {
        let (heir, others) = state.withLock { state -> (Waiter?, [Waiter]) in
            var line = state.lines[aim] ?? []
            if ending == .cancelled, !line.isEmpty {
                let heir = line.removeFirst().waiter
                state.lines[aim] = line
                return (heir, [])
            }
            state.lines[aim] = nil
            return (nil, line.map(\.waiter))
        }
        heir?.resume(returning: .mine)
        for waiter in others { waiter.resume(returning: .over(ending)) }
    }
}
