internal import Synchronization

/// What the parties of a lab have seen and done, in order. Tests assert on it; `censor-lab` prints it as it happens.
///
/// A party records before it acts, so whoever feels the act finds it recorded.
package final class Journal: Sendable {
    private let recorded = Mutex<[Entry]>([])
    private let notify: @Sendable (Entry) -> Void

    /// One line of the journal.
    package struct Entry: Sendable {
        /// Who saw it: `resolver 127.0.0.53:53`, `box`, `stranger`, `registry`.
        package var party: String
        /// What was seen or done.
        package var event: Event
    }

    /// Makes an empty journal.
    ///
    /// - Parameter notify: is given every entry as it is recorded, from any thread.
    package init(notify: @escaping @Sendable (Entry) -> Void = { _ in }) { self.notify = notify }

    /// Everything so far.
    package var entries: [Entry] { recorded.withLock { $0 } }

    /// The events of all parties so far.
    package var events: [Event] { entries.map(\.event) }

    func record(_ event: Event, by party: String) {
        let entry = Entry(party: party, event: event)
        recorded.withLock { $0.append(entry) }
        notify(entry)
    }
}
