internal import LabNet
internal import Puller

/// What is to be done, from the words and flags that say it.
extension Flags {
    /// One image or several: into one archive where `-output` names one, else each on its own as with `sync`.
    func pullTask(
        _ words: [String], in surroundings: Surroundings
    ) throws(UsageError) -> (Invocation.Task, notices: [Sentence]) {
        let (images, notices) = try images(words, in: surroundings)
        let isOneArchive =
            load || output == "-" || format == ArchiveFormat.ociFolder.rawValue
            || output.map { !namesFolder($0, in: surroundings) } ?? false
        let isSync = to != nil || images.count > 1 && !isOneArchive
        if isSync { return (.sync(try sync(of: images, in: surroundings)), notices) }
        try refuseTarget()
        if printsJSON { throw .foreignFlag(.json, .pull) }
        return (.pull(try request(for: images, in: surroundings)), notices)
    }

    /// Each image on its own.
    func sync(of images: [ImageReference], in surroundings: Surroundings) throws(UsageError) -> SyncRequest {
        if nameInArchive != nil { throw .oneNameForSeveral }
        if output == "" { throw .invalidValue(.output, "", .expectedSomething) }
        if output == "-" { throw .conflict(Flag.output.spelling + " -", Action.sync.rawValue) }
        let platform = try platform()
        let format = try archiveFormat()
        var archive = ArchiveRequest(to: .standardOutput)
        archive.layout = try layout(of: format, in: surroundings)
        archive.omitsForeignLayers = try skipsForeignLayers()
        archive.jobs = try parallelJobs()
        var pull = PullRequest(references: images, platform: platform ?? .usual, archive: archive)
        pull.allPlatforms = platform == nil
        return SyncRequest(
            sync: ImageSync(images), template: pull,
            destination: try destination(as: format, for: platform, in: surroundings), asJSON: printsJSON)
    }

    private func destination(
        as format: ArchiveFormat, for platform: Platform?, in surroundings: Surroundings
    ) throws(UsageError) -> SyncRequest.Destination {
        if to != nil {
            for (isGiven, flag) in [
                (output != nil, Flag.output), (self.format != nil, .format), (noClobber, .noClobber),
            ]
            where isGiven { throw .conflict(flag.spelling, Flag.to.spelling) }
            return .registry(try target(in: surroundings))
        }
        try refuseTarget()
        guard format == .ociFolder else {
            return .archives(folder: folder, platform: platform, replacing: noClobber ? .nothing : .sameImage)
        }
        guard let output else { throw .missingOutput }
        if noClobber { throw .conflict(Flag.noClobber.spelling, "\(Flag.format.spelling) \(format.rawValue)") }
        return .layout(folder: output)
    }

    /// An image of a registry, or one in an archive.
    func inspection(of word: String) throws(UsageError) -> InspectRequest {
        guard let platform = try platform() else { throw .invalidValue(.arch, "all", .expectedOnePlatform) }
        return InspectRequest(
            source: Self.isArchive(word) ? .archive(word) : .image(try Self.reference(word)),
            platform: arch == nil ? nil : platform, asJSON: printsJSON)
    }

    /// Whether a word means an archive or a folder on disk: no image's name begins as paths do, and none that anybody
    /// has ends as archives do.
    static func isArchive(_ word: String) -> Bool {
        let endings = [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.xz", ".tar.bz2"]
        return beginsAsPath(word) || word == "." || word == ".." || endings.contains(where: word.lowercased().hasSuffix)
    }
}
