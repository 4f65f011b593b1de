using System.Reflection;
using System.Reflection.Emit;

namespace Gavel.Cannon;

/// <summary>
/// Writes intermediate language and counts what the runtime's compiler counts: beyond any of its limits it silently compiles without
/// optimising, and the code would be slower than interpreting.
/// </summary>
internal sealed class Il(ILGenerator generator)
{
    // The compiler's own limits are 60,000 bytes, 20,000 instructions, 2,000 blocks, 2,000 locals and 8,000 references to locals.
    private const int MostBytes = 56_000;
    private const int MostInstructions = 19_000;
    private const int MostBlocks = 1_900;
    private const int MostReferences = 7_500;

    private readonly List<Action> _later = [];
    private int _instructions;
    private readonly HashSet<int> _blocks = [];
    private int _references;

    /// <summary>True while the compiler will optimise what has been written.</summary>
    public bool IsWithinLimits =>
        generator.ILOffset < MostBytes && _instructions < MostInstructions && _blocks.Count < MostBlocks && _references < MostReferences;

    public LocalBuilder Local(Type type) => generator.DeclareLocal(type);

    public Label Label() => generator.DefineLabel();

    public void Mark(Label label)
    {
        _blocks.Add(generator.ILOffset);
        generator.MarkLabel(label);
    }

    /// <summary>Written after everything else, so that what rarely runs lies apart.</summary>
    public void Later(Action write) => _later.Add(write);

    /// <summary>Writes what was put off.</summary>
    public void WriteLater()
    {
        for (int i = 0; i < _later.Count; i++)
        {
            _later[i]();
        }
    }

    public void Op(OpCode code)
    {
        _instructions++;
        generator.Emit(code);
    }

    public void Get(LocalBuilder local)
    {
        Reference();
        generator.Emit(OpCodes.Ldloc, local);
    }

    public void Set(LocalBuilder local)
    {
        Reference();
        generator.Emit(OpCodes.Stloc, local);
    }

    public void Argument(int number)
    {
        Reference();
        generator.Emit(OpCodes.Ldarg, (short)number);
    }

    /// <summary>A 64-bit constant.</summary>
    public void Wide(long value)
    {
        if (value == (int)value)
        {
            Narrow((int)value);
            Op(OpCodes.Conv_I8);
        }
        else
        {
            _instructions++;
            generator.Emit(OpCodes.Ldc_I8, value);
        }
    }

    /// <summary>A 32-bit constant.</summary>
    public void Narrow(int value)
    {
        _instructions++;
        generator.Emit(OpCodes.Ldc_I4, value);
    }

    public void Call(MethodInfo method)
    {
        _instructions++;
        generator.Emit(OpCodes.Call, method);
    }

    /// <summary>A branch; conditional ones end a block.</summary>
    public void Jump(OpCode code, Label label)
    {
        _instructions++;
        generator.Emit(code, label);
        _blocks.Add(generator.ILOffset);
    }

    public void Switch(Label[] labels)
    {
        _instructions++;
        generator.Emit(OpCodes.Switch, labels);
        _blocks.Add(generator.ILOffset);
    }

    private void Reference()
    {
        _instructions++;
        _references++;
    }
}
