/// The file into which a pull writes its blobs, each to its place; what earlier runs have left of them is there already.
struct Workplace: Sendable {
    /// A blob and all the places that it has in the file; the first is where it is read again.
    struct Place: Sendable {
        var blob: Descriptor
        var starts: [Int64]

        /// One behind the other, from the file's beginning.
        ///
        /// - Throws: `.malformed` when their sum cannot be counted.
        static func inARow(_ blobs: [Descriptor]) throws(PullError.Cause) -> [Place] {
            var places: [Place] = []
            var end: Int64 = 0
            for blob in blobs {
                places.append(Place(blob: blob, starts: [end]))
                end = try end.plus(blob.size)
            }
            return places
        }
    }

    /// The file, still partial.
    let file: ArchiveFile
    /// Whether it is an earlier run's, and holds more than zeros where nothing has been written yet.
    let isAdopted: Bool
    /// Why nothing can be kept for the next run, though it should be: an errno.
    let cacheFailure: Int32?
    private let places: [Place]
    private let kept: [ByteRanges]
    private let cache: BlobCache?
    private let record: PartialRecord?

    /// How many bytes are still to be written of each blob, at all its places.
    var missing: [Int64] {
        zip(places, kept).map { place, kept in (place.blob.size - kept.count) * Int64(place.starts.count) }
    }

    // MARK: Blocking

    /// Opens the file in which an earlier run had the same blobs at the same places, or else makes a new one, and brings
    /// together what earlier and other runs have of the blobs.
    ///
    /// - Parameter path: the archive's; the file is made beside it.
    /// - Throws: `.disk`; `CancellationError`.
    static func open(
        beside path: String, for purpose: ArchiveFile.Purpose, _ places: [Place], cache: BlobCache?
    ) throws -> Workplace {
        let blobs = places.map {
            PartialContents.Blob(digest: $0.blob.digest, size: $0.blob.size, place: $0.starts.first ?? 0)
        }
        let leftovers = (cache?.leftovers() ?? []).filter { leftover in
            places.contains { leftover.have($0.blob).count > 0 }
        }
        let adopted =
            places.allSatisfy { $0.starts.count == 1 }
            ? adopt(blobs, among: leftovers, beside: path, for: purpose) : nil
        let file = try adopted?.file ?? ArchiveFile.create(at: path, for: purpose)
        var failure: Int32?
        var record = adopted?.leftover.record
        if let cache, record == nil {
            do throws(PullError.Cause) {
                record = try cache.record(of: file, blobs: blobs)
            } catch {
                if case .disk(let errno) = error { failure = errno }
            }
        }
        // What nobody could find again need not have a name.
        if record == nil, purpose == .spool { file.discard() }
        var kept = places.map { adopted?.leftover.have($0.blob) ?? ByteRanges() }
        do {
            let others = leftovers.filter { $0 !== adopted?.leftover }
            kept = try gather(kept, places, from: others, into: file, noting: record)
        } catch {
            // What was adopted is not lost when the user changes his mind.
            if let cache, let record { cache.keep(file, by: record) }
            throw error
        }
        return Workplace(
            file: file, isAdopted: adopted != nil, cacheFailure: failure, places: places, kept: kept, cache: cache,
            record: record)
    }

    private static func adopt(
        _ blobs: [PartialContents.Blob], among leftovers: [Leftover], beside path: String,
        for purpose: ArchiveFile.Purpose
    ) -> (file: ArchiveFile, leftover: Leftover)? {
        let same = leftovers.filter { leftover in
            leftover.record.isOurs
                && leftover.contents.blobs.elementsEqual(blobs) {
                    $0.digest == $1.digest && $0.size == $1.size && $0.place == $1.place
                }
        }
        guard let leftover = same.max(by: { $0.contents.count < $1.contents.count }),
            let file = try? ArchiveFile.adopt(leftover, at: path, for: purpose)
        else { return nil }
        return (file, leftover)
    }

    /// Copies what is missing from other files, and removes those that have nothing more to give.
    private static func gather(
        _ kept: [ByteRanges], _ places: [Place], from leftovers: [Leftover], into file: ArchiveFile,
        noting record: PartialRecord?
    ) throws -> [ByteRanges] {
        var kept = kept
        for leftover in leftovers {
            for (number, place) in places.enumerated() {
                var copied = ByteRanges()
                try leftover.copy(
                    place.blob, missingIn: kept[number], to: BlobPlaces(file: file, starts: place.starts)
                ) { copied.insert($0) }
                kept[number].formUnion(copied)
                record?.add(PartialContents.lines(have: copied, ofBlob: number))
            }
            let isUsedUp = leftover.contents.blobs.allSatisfy { blob in
                blob.have.count == 0 || places.contains { $0.blob.digest == blob.digest }
            }
            if isUsedUp, record != nil { leftover.remove() }
        }
        return kept
    }

    /// Ends the work: the file has its name, or is not needed any more.
    func succeeded() {
        // A file with its name stays; one without is gone.
        file.discard()
        record?.remove()
    }

    /// Ends the work after a failure: what has come is kept for the next run where that may go better.
    func failed(with error: any Error) {
        // A last owner may live on in a task that is still ending; the name must be gone now.
        guard let cache, let record, error.leavesContent else {
            file.discard()
            record?.remove()
            return
        }
        cache.keep(file, by: record)
    }

    // MARK: Transfers

    /// A transfer to the blob's places, which goes on where earlier runs stopped.
    ///
    /// - Throws: `.unsupported` when the digest cannot be computed.
    func transfer(
        _ blob: Descriptor, over link: Link, progress: @escaping @Sendable (Int64) -> Void
    ) throws(PullError.Cause) -> BlobTransfer {
        let number = number(of: blob)
        let starts = number.map { places[$0].starts } ?? []
        return try BlobTransfer(
            blob, into: .anywhere(BlobPlaces(file: file, starts: starts)), over: link,
            kept: number.map { kept[$0] } ?? ByteRanges(),
            record: record.flatMap { record in number.map { BlobRecord(record: record, number: $0) } },
            progress: progress)
    }

    /// Where a blob stands.
    func start(of blob: Descriptor) -> Int64 { number(of: blob).flatMap { places[$0].starts.first } ?? 0 }

    private func number(of blob: Descriptor) -> Int? { places.firstIndex { $0.blob.digest == blob.digest } }
}

/// The places of one blob in a file. Its errors name the archive.
private struct BlobPlaces: BlobFile {
    let file: ArchiveFile
    let starts: [Int64]

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        try namingDisk(file.path) { for start in starts { try file.write(bytes, at: start + offset) } }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        var count = 0
        try namingDisk(file.path) { count = try file.read(into: buffer, at: (starts.first ?? 0) + offset) }
        return count
    }
}

extension Error {
    /// Whether what has come until this failure is worth keeping: not where the disk itself is in trouble, or the name taken.
    fileprivate var leavesContent: Bool {
        guard let error = self as? PullError else { return true }
        return switch error.cause {
        case .disk, .exists: false
        default: true
        }
    }
}
