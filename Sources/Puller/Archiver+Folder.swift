/// How images come into an OCI layout that is a folder.
extension Archiver {
    /// Brings every blob that is not there yet to its name, and then names the images in the index.
    ///
    /// - Returns: the count of the bytes of all its files, those included that were there.
    func write(
        _ draft: ArchiveDraft, _ layers: PulledLayers, from source: any BlobSource, intoFolder path: String, jobs: Int
    ) async throws -> Int64 {
        let folder = OCIFolder(path)
        try await onDisk(path) {
            try folder.make()
            for member in draft.members where member.content == .folder { try folder.make(member) }
        }
        var blobs: [Digest: ArchiveMember] = [:]
        for member in draft.members {
            if let layer = member.content.layer { blobs[layer.digest] = member }
        }
        try await fetch(layers, as: blobs, from: source, into: folder, jobs: jobs)
        try await onDisk(path) { try finish(draft.members, in: folder) }
        return DiskRoom.sum(draft.members.map { $0.content.size ?? 0 }) ?? .max
    }

    private func fetch(
        _ layers: PulledLayers, as blobs: [Digest: ArchiveMember], from source: any BlobSource, into folder: OCIFolder,
        jobs: Int
    ) async throws {
        let missing = try await onDisk(folder.path) {
            let missing = Set(
                layers.distinct.filter { layer in
                    !(blobs[layer.digest].map { folder.has($0, size: layer.size) } ?? true)
                })
            try DiskRoom.require(missing.map(\.size), beside: folder.path + "/")
            return missing
        }
        let link = link(jobs)
        try await layers.forEach(jobs: jobs) { layer in
            guard missing.contains(layer), let member = blobs[layer.digest] else {
                return layers.reportPresent(layer)
            }
            let path = folder.path(of: member)
            try await working(beside: path, for: .archive, [.init(blob: layer, starts: [0])]) { work in
                layers.reportCache(of: work)
                let transfer = try work.transfer(layer, over: link, progress: layers.progress(of: layer))
                try await layers.fetch(transfer, from: source)
                try await onDisk(path) { try work.file.commit(replacing: true) }
            }
        }
    }

    /// Writes all that is in memory: first what the index names, then the index.
    private func finish(_ members: [ArchiveMember], in folder: OCIFolder) throws {
        for member in members {
            guard case .bytes(let bytes) = member.content, member.path != "index.json",
                !folder.has(member, size: Int64(bytes.count))
            else { continue }
            try folder.write(bytes, as: member)
        }
        for member in members where member.path == "index.json" {
            guard case .bytes(let bytes) = member.content else { continue }
            try folder.whileLocked { try folder.write(try folder.index(adding: bytes), as: member) }
        }
    }
}
