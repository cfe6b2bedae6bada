extension ArchiveEvidence {
    /// What each engine would do.
    var verdicts: [EngineVerdict] { Engine.allCases.map { EngineVerdict(engine: $0, refusal: refusal(of: $0)) } }

    private func refusal(of engine: Engine) -> EngineRefusal? {
        do throws(EngineRefusal) {
            switch engine {
            case .docker2010, .docker26, .docker28: try GraphdriverLoad(evidence: self, engine: engine).load()
            case .docker29:
                var load = ContainerdLoad(evidence: self)
                try load.load()
            case .podman: try PodmanLoad(evidence: self).load()
            }
            return nil
        } catch {
            return error
        }
    }
}
