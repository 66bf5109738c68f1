extension ConfigurationScope {
    /// The location settings of this block, finished: call it when the whole block has been read.
    package func makeLocation() -> LocationConfiguration {
        shared.addLocation { number in
            LocationConfiguration(
                name: place.name, prefix: place.prefix, isExact: place.kind == .exact, isRegex: place.kind == .regex,
                isNamed: place.kind == .named, settings: location, number: number, pattern: pattern)
        }
    }
}
