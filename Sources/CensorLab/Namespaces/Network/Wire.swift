internal import Glibc

/// A wire with a censor on it: frames are carried by hand between two interfaces that have no addresses, so that the
/// censor sees, holds back and adds what it likes, and is no hop of its own.
package struct Wire: ~Copyable {
    private let inside: PacketSocket
    private let outside: PacketSocket
    private var censor: PathCensor
    /// From the censor to the world's end, one way.
    private let distance: Duration
    private let note: (PathEvent) -> Void
    private var underWay = DepartureQueue<Passage>()
    private let start = ContinuousClock.now

    private enum Passage {
        /// A frame of the world's reaches the censor.
        case arrival([UInt8])
        /// A frame leaves for one side.
        case departure([UInt8], Side)
    }

    /// Takes hold of two interfaces of this namespace.
    ///
    /// - Parameter note: is given every event, before anybody feels it.
    /// - Throws: `LabFailure`.
    package init(
        inside: String, outside: String, censor: PathCensor, distance: Duration,
        note: @escaping (PathEvent) -> Void
    ) throws {
        // Both, or neither: what has no copies is initialised as a whole.
        let near = try PacketSocket(interface: inside)
        let far = try PacketSocket(interface: outside)
        self.inside = near
        self.outside = far
        self.censor = censor
        self.distance = distance
        self.note = note
    }
}

extension Wire {
    /// Carries frames until a descriptor can be read or has ended. It blocks its thread until then.
    package mutating func carry(until end: Int32) {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_550, alignment: 1)
        defer { room.deallocate() }
        var polled = [end, inside.number, outside.number].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while true {
            guard poll(&polled, 3, patience) >= 0 || errno == EINTR else { return }
            guard polled[0].revents == 0 else { return }
            // A few from each side in turn: neither waits for the other's stream to end.
            for _ in 0..<64 {
                guard let frame = inside.receive(into: room) else { break }
                judge(frame, from: .inside)
            }
            for _ in 0..<64 {
                guard let frame = outside.receive(into: room) else { break }
                underWay.insert(.arrival(frame), due: now + distance)
            }
            while let passage = underWay.popDue(at: now) {
                switch passage {
                case .arrival(let frame): judge(frame, from: .outside)
                case .departure(let frame, .inside): inside.send(frame)
                case .departure(let frame, .outside): outside.send(frame)
                }
            }
        }
    }

    private var now: Duration { ContinuousClock.now - start }

    /// Milliseconds until the next frame is due, rounded up; -1 for ever.
    private var patience: Int32 {
        guard let next = underWay.next else { return -1 }
        return Int32(clamping: Int64(((max(.zero, next - now)) / .milliseconds(1)).rounded(.up)))
    }

    private mutating func judge(_ frame: [UInt8], from side: Side) {
        let ruling = censor.see(frame, from: side, at: now)
        for event in ruling.events { note(event) }
        if ruling.passes { depart(frame, toward: side.other, delay: .zero) }
        for emission in ruling.emissions { depart(emission.frame, toward: emission.toward, delay: emission.delay) }
    }

    private mutating func depart(_ frame: [UInt8], toward side: Side, delay: Duration) {
        let delay = side == .outside ? delay + distance : delay
        if delay == .zero { return inside.send(frame) }
        underWay.insert(.departure(frame, side), due: now + delay)
    }
}
