/// Room far behind an archive, in the archive's own file, for layers of which nobody knows yet what they inflate to, and so
/// not where the others begin.
///
/// To bring them from there to their places costs less than to inflate them again. The file has holes: the disk holds what
/// is written and nothing else.
enum FarRoom {
    /// Gives every layer room, and makes the file long enough for it. It blocks.
    ///
    /// - Parameter file: nothing has been written into it yet.
    /// - Returns: none where the disk knows no holes, or no files of that length.
    static func targets(for layers: [LayerContent], in file: ArchiveFile) -> [LayerContent: LayerInflation.Target] {
        let rooms = layers.map { room(for: $0.blob) }
        // In front is as much for the archive itself.
        guard let front = DiskRoom.sum(rooms), let end = DiskRoom.sum([front, front]) else { return [:] }
        do {
            // First a hole, then the length: without holes a disk may fill it with zeros.
            try file.makeHole(in: 0..<step)
            try file.resize(to: end)
        } catch {
            return [:]
        }
        var targets: [LayerContent: LayerInflation.Target] = [:]
        var start = front
        for (layer, room) in zip(layers, rooms) {
            targets[layer] = LayerInflation.Target(file: file, starts: [start], room: room, isFinal: false)
            start += room
        }
        return targets
    }

    /// Hardly a layer inflates to more than 64 times its size; one that does is inflated again.
    private static func room(for blob: Descriptor) -> Int64 {
        let (room, overflow) = blob.size.multipliedReportingOverflow(by: 64)
        return overflow || room > .max - step ? .max : (room / step + 1) * step
    }

    /// Rooms begin where no disk's blocks are divided.
    private static let step: Int64 = 1 << 20
}
