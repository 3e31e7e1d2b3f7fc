using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace TenantEncryption.Testing.Layers;

/// <summary>The types of the same assembly that a type uses: in its bases, attributes, signatures, locals and instructions.</summary>
internal sealed class UsedTypes(PEReader image, MetadataReader metadata)
{
    private readonly HashSet<TypeDefinitionHandle> _found = [];

    /// <summary>The outermost types that a type and the types nested in it use.</summary>
    public IReadOnlyCollection<TypeDefinitionHandle> Of(TypeDefinitionHandle handle)
    {
        Visit(handle);
        return _found;
    }

    private void Visit(TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        Add(type.BaseType);
        Attributes(type.GetCustomAttributes());
        Constraints(type.GetGenericParameters());
        foreach (InterfaceImplementationHandle each in type.GetInterfaceImplementations())
        {
            Add(metadata.GetInterfaceImplementation(each).Interface);
        }

        foreach (FieldDefinitionHandle each in type.GetFields())
        {
            FieldDefinition field = metadata.GetFieldDefinition(each);
            field.DecodeSignature(new Collector(this), null);
            Attributes(field.GetCustomAttributes());
        }

        foreach (PropertyDefinitionHandle each in type.GetProperties())
        {
            Attributes(metadata.GetPropertyDefinition(each).GetCustomAttributes());
        }

        foreach (MethodDefinitionHandle each in type.GetMethods())
        {
            Visit(metadata.GetMethodDefinition(each));
        }

        foreach (TypeDefinitionHandle each in type.GetNestedTypes())
        {
            Visit(each);
        }
    }

    private void Visit(MethodDefinition method)
    {
        method.DecodeSignature(new Collector(this), null);
        Attributes(method.GetCustomAttributes());
        Constraints(method.GetGenericParameters());
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        MethodBodyBlock body = image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(new Collector(this), null);
        }

        foreach (ExceptionRegion region in body.ExceptionRegions)
        {
            Add(region.CatchType);
        }

        foreach (EntityHandle token in Instructions.Tokens(body.GetILReader()))
        {
            Add(token);
        }
    }

    private void Attributes(CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle each in attributes)
        {
            Add(metadata.GetCustomAttribute(each).Constructor);
        }
    }

    private void Constraints(GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameterConstraintHandle each in parameters.SelectMany(parameter => metadata.GetGenericParameter(parameter).GetConstraints()))
        {
            Add(metadata.GetGenericParameterConstraint(each).Type);
        }
    }

    private void Add(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition: Add((TypeDefinitionHandle)handle); break;
            case HandleKind.TypeSpecification: metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(new Collector(this), null); break;
            case HandleKind.MethodDefinition: Add(metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType()); break;
            case HandleKind.FieldDefinition: Add(metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType()); break;
            case HandleKind.MemberReference: Add(metadata.GetMemberReference((MemberReferenceHandle)handle)); break;
            case HandleKind.MethodSpecification: Add(metadata.GetMethodSpecification((MethodSpecificationHandle)handle)); break;
        }
    }

    private void Add(MemberReference member)
    {
        Add(member.Parent);
        if (member.GetKind() == MemberReferenceKind.Method)
        {
            member.DecodeMethodSignature(new Collector(this), null);
        }
        else
        {
            member.DecodeFieldSignature(new Collector(this), null);
        }
    }

    private void Add(MethodSpecification method)
    {
        Add(method.Method);
        method.DecodeSignature(new Collector(this), null);
    }

    private void Add(TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        if (type.IsNested)
        {
            Add(type.GetDeclaringType());
        }
        else
        {
            _found.Add(handle);
        }
    }

    /// <summary>Adds each type of this assembly that a signature names; what it returns means nothing.</summary>
    private sealed class Collector(UsedTypes owner) : ISignatureTypeProvider<bool, object?>
    {
        public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            owner.Add(handle);
            return true;
        }

        public bool GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => true;

        public bool GetArrayType(bool elementType, ArrayShape shape) => true;

        public bool GetByReferenceType(bool elementType) => true;

        public bool GetFunctionPointerType(MethodSignature<bool> signature) => true;

        public bool GetGenericInstantiation(bool genericType, System.Collections.Immutable.ImmutableArray<bool> typeArguments) => true;

        public bool GetGenericMethodParameter(object? genericContext, int index) => true;

        public bool GetGenericTypeParameter(object? genericContext, int index) => true;

        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;

        public bool GetPinnedType(bool elementType) => true;

        public bool GetPointerType(bool elementType) => true;

        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => true;

        public bool GetSZArrayType(bool elementType) => true;
    }
}
