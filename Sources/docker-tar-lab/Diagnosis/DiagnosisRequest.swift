internal import Diagnosis
internal import LabNet

/// What a diagnosis is to look at, and where it is written down.
struct DiagnosisRequest: Sendable {
    /// What is looked at.
    var targets: [Target]
    /// What the examination is told.
    var setting: Setting
    /// Whom lab mode asks.
    var resolvers: ResolverList
    /// Where that list comes from.
    var resolverOrigin: Occasion.ResolverOrigin
    /// The user's own flags, for the commands to type.
    var ownFlags: OwnFlags
    /// Where the page goes; nil for none.
    var reportPath: String?
    /// Where the measurement goes as JSON; nil for none.
    var json: Destination?
    /// Whether what says who the user is stays out of files.
    var redacts = true
    /// What of this machine would say it.
    var whereabouts = Whereabouts()

    /// Where a measurement can go.
    enum Destination: Hashable, Sendable {
        case standardOutput
        case file(String)
    }
}
