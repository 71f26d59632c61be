import ArgumentParser

/// What a command prints its result as.
struct FormatOption: ParsableArguments {
    @Option(help: ArgumentHelp("How to print the result.", discussion: "The default is text."))
    var format: OutputFormat?
}
