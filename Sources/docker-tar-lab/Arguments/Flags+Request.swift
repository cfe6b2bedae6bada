internal import LabNet
internal import Puller

/// What is to be written, and where.
extension Flags {
    /// Whether JSON is printed in place of a table.
    var printsJSON: Bool { json == "true" }

    /// What to pull into one archive.
    func request(
        for references: [ImageReference], in surroundings: Surroundings
    ) throws(UsageError) -> PullRequest {
        let platform = try platform()
        let ownName = references.first?.archiveFileName(for: platform)
        var request = PullRequest(
            references: references, platform: platform ?? .usual,
            archive: try archive(called: ownName, in: surroundings))
        request.allPlatforms = platform == nil
        request.name = try name()
        if request.name != nil, references.count > 1 { throw .oneNameForSeveral }
        return request
    }

    /// The platform; nil for all of them.
    func platform() throws(UsageError) -> Platform? {
        guard let arch else { return .usual }
        guard arch.lowercased() != "all" else { return nil }
        do { return try Platform(parsing: arch) } catch {
            throw .invalidValue(.arch, error.text, .reason(error))
        }
    }

    /// The archive's name for the image, where another one than its own is wanted.
    func name() throws(UsageError) -> ImageReference? {
        guard let text = nameInArchive else { return nil }
        let name: ImageReference
        do { name = try ImageReference(parsing: text) } catch {
            throw .invalidValue(.nameInArchive, text, .reason(error))
        }
        guard name.digest == nil else { throw .invalidValue(.nameInArchive, text, .expectedTaggedName) }
        return name
    }

    func parallelJobs() throws(UsageError) -> Int {
        guard let jobs else { return 4 }
        guard let number = Int(jobs), (1...64).contains(number) else {
            throw .invalidValue(.jobs, jobs, .expectedJobs)
        }
        return number
    }
}

// MARK: - The archive

extension Flags {
    /// What the archive is to be like, and where it goes.
    ///
    /// - Parameter ownName: the file's name where only a folder is named, or nothing; nil where it has to be named.
    func archive(called ownName: String?, in surroundings: Surroundings) throws(UsageError) -> ArchiveRequest {
        let format = try archiveFormat()
        let (output, compression) = try place(of: format, called: ownName, in: surroundings)
        var request = ArchiveRequest(to: output)
        request.compression = compression
        request.layout = try layout(of: format, in: surroundings)
        request.omitsForeignLayers = try skipsForeignLayers()
        request.jobs = try parallelJobs()
        return request
    }

    /// The layout by its name.
    func archiveFormat() throws(UsageError) -> ArchiveFormat {
        guard let format else { return .docker }
        guard let known = ArchiveFormat(rawValue: format) else {
            throw .invalidValue(.format, format, .expectedFormat)
        }
        return known
    }

    /// The layout with all that belongs to it; refuses flags that it knows nothing to do with.
    func layout(of format: ArchiveFormat, in surroundings: Surroundings) throws(UsageError) -> ArchiveLayout {
        let spelled = "\(Flag.format.spelling) \(format.rawValue)"
        if !format.isVerbatim {
            if keepIndex { throw .conflict(Flag.keepIndex.spelling, spelled) }
            if arch?.lowercased() == "all" { throw .conflict("\(Flag.arch.spelling) all", spelled) }
            if try skipsForeignLayers() { throw .conflict("\(Flag.foreign.spelling) skip", spelled) }
        }
        if saveTime != nil, !format.hasSaveTime { throw .conflict(Flag.saveTime.spelling, spelled) }
        return format.layout(keepIndex: keepIndex, saveTime: try secondsOfSave(now: surroundings.time()))
    }

    /// Whether layers that may not be handed on are left out.
    func skipsForeignLayers() throws(UsageError) -> Bool {
        switch foreign {
        case nil, "include"?: false
        case "skip"?: true
        case let other?: throw .invalidValue(.foreign, other, .expectedForeign)
        }
    }

    /// Seconds since 1970; 0 unless said otherwise, so that the same image always makes the same archive.
    private func secondsOfSave(now: Int64) throws(UsageError) -> Int64 {
        guard let saveTime else { return 0 }
        if saveTime == "now" { return now }
        // A tar header holds eleven octal digits.
        guard let seconds = Int64(saveTime) ?? RFC3339.secondsSince1970(saveTime), (0..<1 << 33).contains(seconds)
        else { throw .invalidValue(.saveTime, saveTime, .expectedTime) }
        return seconds
    }

    private func place(
        of format: ArchiveFormat, called ownName: String?, in surroundings: Surroundings
    ) throws(UsageError) -> (ArchiveRequest.Output, ArchiveRequest.Compression) {
        let format = format == .ociFolder ? "\(Flag.format.spelling) \(format.rawValue)" : nil
        if output == "" { throw .invalidValue(.output, "", .expectedSomething) }
        if load { return (try daemon(as: format), .none) }
        guard output != "-" else {
            if let format { throw .conflict(format, "\(Flag.output.spelling) -") }
            if noClobber { throw .conflict(Flag.noClobber.spelling, "\(Flag.output.spelling) -") }
            return (.standardOutput, .none)
        }
        if let format {
            guard let output else { throw .missingOutput }
            if noClobber { throw .conflict(Flag.noClobber.spelling, format) }
            return (.folder(path: output), .none)
        }
        if let output, !namesFolder(output, in: surroundings) {
            return (.file(path: output, replacing: noClobber ? .nothing : .anything), Self.compression(of: output))
        }
        guard let ownName else { throw .missingOutput }
        return (.file(path: folder + ownName, replacing: noClobber ? .nothing : .sameImage), .none)
    }

    /// Nothing is written where an image is loaded. Which daemon it is shows when it is asked.
    private func daemon(as format: String?) throws(UsageError) -> ArchiveRequest.Output {
        if output != nil { throw .conflict(Flag.load.spelling, Flag.output.spelling) }
        if noClobber { throw .conflict(Flag.load.spelling, Flag.noClobber.spelling) }
        if let format { throw .conflict(Flag.load.spelling, format) }
        return .daemon(socket: nil)
    }

    /// Whether `-output` names a folder that archives are put into.
    func namesFolder(_ output: String, in surroundings: Surroundings) -> Bool {
        output.hasSuffix("/") || surroundings.isFolder(output)
    }

    /// The folder that archives are put into, up to their names.
    var folder: String { output.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? "" }

    private static func compression(of path: String) -> ArchiveRequest.Compression {
        let path = path.lowercased()
        if [".tar.gz", ".tgz"].contains(where: path.hasSuffix) { return .gzip }
        return [".tar.zst", ".tzst"].contains(where: path.hasSuffix) ? .zstd : .none
    }
}
