using System.Collections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Klyntar.Overlay.Connections;

/// <summary>The features of a <see cref="SocketConnection"/>: the connection itself, until somebody sets something else.</summary>
internal sealed class SocketConnectionFeatures(SocketConnection connection) : IFeatureCollection
{
    private static readonly Type[] Own =
    [
        typeof(IEngineSocketFeature), typeof(IConnectionIdFeature), typeof(IConnectionTransportFeature),
        typeof(IConnectionItemsFeature), typeof(IConnectionLifetimeFeature), typeof(IConnectionEndPointFeature),
    ];

    // A null hides a feature of the connection's own.
    private Dictionary<Type, object?>? _set;

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(key);
            if (_set is not null && _set.TryGetValue(key, out object? value))
            {
                return value;
            }

            return Array.IndexOf(Own, key) >= 0 ? connection : null;
        }

        set
        {
            ArgumentNullException.ThrowIfNull(key);
            (_set ??= [])[key] = value;
            Revision++;
        }
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator()
    {
        foreach (Type own in Own)
        {
            if (_set is null || !_set.ContainsKey(own))
            {
                yield return new(own, connection);
            }
        }

        foreach ((Type key, object? value) in _set ?? [])
        {
            if (value is not null)
            {
                yield return new(key, value);
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
