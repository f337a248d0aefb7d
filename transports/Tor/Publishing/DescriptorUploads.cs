namespace Klyntar.Overlay.Transports.Tor;

/// <summary>
/// Whether visitors find a service. Tor uploads two descriptors, one for this time period and one for the next, and a visitor whose clock or consensus
/// is a little off asks for either: two uploads of the other one are none.
/// </summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/replies.html#HS_DESC">Control-spec, section 4.1.25</a>: UPLOAD names directory and descriptor, UPLOADED
/// the directory alone. In a small network that is given both, so that one answer of two does not tell which of them it has.
/// </remarks>
internal sealed class DescriptorUploads
{
    // One upload alone may be to the directory that the visitor does not ask.
    private const int Needed = 2;
    private const int Descriptors = 2;

    // Tor asks 16 directories at most; whoever tells of more is not told of.
    private const int MostFailuresTold = 32;
    private const int MostDirectories = 64;

    // The latest last.
    private readonly Queue<string> _descriptors = new();
    private readonly Dictionary<string, Directory> _directories = new(StringComparer.Ordinal);
    private int _uploaded;

    // A filter in front of tor hides the directories that answer.
    private bool _areHidden;
    private int _failures;

    /// <summary>Whether enough directories have each descriptor.</summary>
    public bool AreEnough { get; private set; }

    /// <summary>Tor begins an upload.</summary>
    public void OnUpload(HsDescEvent descriptor)
    {
        if (descriptor is { Directory: { } name, DescriptorId: { } id } && (_directories.Count < MostDirectories || _directories.ContainsKey(name)))
        {
            if (!_directories.TryGetValue(name, out Directory? directory))
            {
                _directories.Add(name, directory = new Directory());
            }

            ForgetBefore(id);
            directory.Descriptors.Add(id);
        }
    }

    /// <summary>A directory has taken one.</summary>
    public void OnUploaded(HsDescEvent descriptor)
    {
        _uploaded++;
        if (descriptor.Directory is { } name && _directories.TryGetValue(name, out Directory? directory))
        {
            directory.Taken++;
        }
        else
        {
            _areHidden = true;
        }

        Judge();
    }

    /// <summary>A directory did not take one.</summary>
    /// <returns>Whether to tell of it.</returns>
    public bool OnFailed(HsDescEvent descriptor)
    {
        if (descriptor is { Directory: { } name, Reason: "UPLOAD_REJECTED" or "UNEXPECTED" } && _directories.TryGetValue(name, out Directory? directory))
        {
            directory.Refused++;
            Judge();
        }

        return !AreEnough && _failures++ < MostFailuresTold;
    }

    // When a time period ends its descriptor is uploaded no more, whoever has not answered.
    private void ForgetBefore(string id)
    {
        if (_descriptors.Contains(id))
        {
            return;
        }

        _descriptors.Enqueue(id);
        if (_descriptors.Count > Descriptors)
        {
            string old = _descriptors.Dequeue();
            foreach (Directory directory in _directories.Values)
            {
                directory.Descriptors.Remove(old);
            }
        }
    }

    // Each descriptor is uploaded when its own introduction points stand, in every third case the second a whole second after the first. Once everybody has
    // answered for both, nothing more will be known.
    private void Judge() => AreEnough |= _uploaded >= Needed
        && (_areHidden || (_descriptors.Count == Descriptors && (_directories.Values.All(d => d.HasAnswered) || HasEach())));

    private bool HasEach() => _directories.Values
        .SelectMany(d => d.Descriptors, (directory, id) => (directory, id))
        .GroupBy(d => d.id, d => d.directory)
        .All(d => d.Count(directory => directory.HasAll) >= Needed);

    private sealed class Directory
    {
        public HashSet<string> Descriptors { get; } = new(StringComparer.Ordinal);

        public int Taken { get; set; }

        public int Refused { get; set; }

        public bool HasAll => Taken >= Descriptors.Count;

        public bool HasAnswered => Taken + Refused >= Descriptors.Count;
    }
}
