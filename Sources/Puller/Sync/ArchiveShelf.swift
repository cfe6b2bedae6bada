internal import Synchronization

/// What is at hand where a sync writes: archives that are finished, or an OCI layout. What they hold is not fetched again.
final class ArchiveShelf: Sendable {
    private let opened = Mutex<[String: StoredImages]>([:])

    /// Opens all archives in a folder. One that cannot be read is passed over: it is replaced, or stays as it is. A
    /// folder that cannot be read has none.
    ///
    /// - Parameter folder: up to the names of archives; empty for where the command runs.
    /// - Throws: `CancellationError`.
    static func archives(inFolder folder: String) async throws -> ArchiveShelf {
        let shelf = ArchiveShelf()
        let names = try await onDisk(folder) {
            (try? Folder.names(in: folder.isEmpty ? "." : folder, limit: fileLimit)) ?? []
        }
        for name in names.sorted() where name.hasSuffix(".tar") && !name.hasPrefix(".") {
            try await shelf.open(folder + name)
        }
        return shelf
    }

    /// Opens an OCI layout, where there is one already.
    ///
    /// - Throws: `CancellationError`.
    static func layout(inFolder folder: String) async throws -> ArchiveShelf {
        let shelf = ArchiveShelf()
        try await shelf.open(folder)
        return shelf
    }

    /// Opens what has just been written, or stood there.
    ///
    /// - Throws: `CancellationError`.
    func open(_ path: String) async throws {
        do {
            let images = try await StoredImages.open(path)
            opened.withLock { $0[path] = images }
        } catch is PullError {
            opened.withLock { $0[path] = nil }
        }
    }

    /// The images that stand under a path; nil where nothing does that can be read.
    func images(at path: String) -> StoredImages? { opened.withLock { $0[path] } }

    /// Whoever has a layer; nil where nobody does.
    func holder(of layer: Digest) -> StoredImages? {
        opened.withLock { $0.values.first { $0.layers[layer].map { !$0.isInflated } ?? false } }
    }

    /// Each archive that is open holds a descriptor.
    private static let fileLimit = 2000
}

extension StoredImages {
    /// Whether this is what a draft would make, for an image of the same names: then there is nothing to write. All that is
    /// written stands under its name only when it has been verified.
    func holds(_ draft: ArchiveDraft, of wanted: [ArchivedImage]) -> Bool {
        wanted.allSatisfy { image in
            images.contains { stored in
                stored.tagged.isSuperset(of: image.tagged)
                    && stored.manifest.config.digest == image.manifest.config.digest
            }
        } && hasMembers(of: draft)
    }

    /// Whether every file of a draft is there under its name, and in an archive no other.
    private func hasMembers(of draft: ArchiveDraft) -> Bool {
        guard let index = contents.index else {
            return draft.members.allSatisfy { member in
                guard member.content != .folder, let size = member.content.size else { return true }
                // The index of a folder names further images.
                let isShared = member.path == "index.json"
                return (try? contents.file(member.path)).flatMap(\.self).map { isShared || $0.size == size } ?? false
            }
        }
        let names = Set(draft.members.map(\.path))
        let stored = Set(index.entries.map(\.path))
        // The manifest of layouts that name sizes of inflated layers is not known yet; all else is.
        guard draft.layout.needsInflatedSizes else { return names == stored }
        return names.subtracting(stored).count <= 1 && stored.subtracting(names).count <= 1
    }
}

extension ArchivedImage {
    /// The names that an archive can give to it: without a tag there is none, and a digest is no part of it.
    fileprivate var tagged: Set<ImageReference> {
        Set(
            names.filter { $0.tag != nil }.map { name in
                ImageReference(domain: name.domain, path: name.path, tag: name.tag, digest: nil)
            })
    }
}
