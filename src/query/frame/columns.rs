//! Values into columns of a frame.

use polars::chunked_array::builder::CategoricalChunkedBuilder;
use polars::prelude::*;

use crate::query::schema::{Column as Definition, Kind, Table};
use crate::query::value::Value;

/// The dtype of a column.
pub(super) fn dtype(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::String,
        Kind::Category => category(),
        Kind::Choice(choices) => choice(choices),
        Kind::Time => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        Kind::Seconds => DataType::Float64,
        Kind::Number => DataType::Int64,
        Kind::Bool => DataType::Boolean,
        Kind::Categories => DataType::List(Box::new(category())),
        Kind::Texts => DataType::List(Box::new(DataType::String)),
    }
}

/// The dtype that Parquet has instead, where every text is a plain one: any program knows those, and polars
/// reads them faster than categories, which it looks up anew for each row.
pub(super) fn stored(dtype: &DataType) -> DataType {
    match dtype {
        DataType::Categorical(..) | DataType::Enum(..) => DataType::String,
        DataType::List(inner) => DataType::List(Box::new(stored(inner))),
        other => other.clone(),
    }
}

/// The columns of a table and their dtypes.
pub(super) fn schema(table: Table) -> SchemaRef {
    let fields = table.columns().into_iter().map(|column| (column.name.into(), dtype(column.kind)));
    Arc::new(fields.collect::<Schema>())
}

/// The columns of a frame and their dtypes in Parquet.
pub(super) fn stored_schema(schema: &Schema) -> Schema {
    schema.iter().map(|(name, dtype)| (name.clone(), stored(dtype))).collect()
}

/// The table with categories as plain texts, as Parquet has them.
pub(super) fn with_texts(table: Table, lazy: LazyFrame) -> LazyFrame {
    cast_where_they_differ(table, lazy, stored)
}

/// The table with plain texts as categories, as frames have them.
pub(super) fn with_categories(table: Table, lazy: LazyFrame) -> LazyFrame {
    cast_where_they_differ(table, lazy, DataType::clone)
}

/// Casts the columns that Parquet has otherwise than frames.
fn cast_where_they_differ(
    table: Table,
    lazy: LazyFrame,
    to: fn(&DataType) -> DataType,
) -> LazyFrame {
    let columns = schema(table);
    let differ = columns.iter().filter(|(_, dtype)| stored(dtype) != **dtype);
    let casts = differ.map(|(name, dtype)| col(name.clone()).cast(to(dtype)));
    lazy.with_columns(casts.collect::<Vec<_>>())
}

/// Categories shared by all frames, so that they can be joined.
fn category() -> DataType {
    DataType::from_categories(Categories::global())
}

fn choice(choices: &[&str]) -> DataType {
    // The texts differ and are few, which is all that is asked; a test holds the schema to it.
    FrozenCategories::new(choices.iter().copied())
        .map_or(DataType::String, DataType::from_frozen_categories)
}

/// The rows of a few columns, until they are a frame.
pub(super) struct ColumnBuilders {
    columns: Vec<ColumnBuilder>,
    height: usize,
}

impl ColumnBuilders {
    pub(super) fn new(columns: impl IntoIterator<Item = Definition>) -> Self {
        Self { columns: columns.into_iter().map(ColumnBuilder::new).collect(), height: 0 }
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    /// Adds a row: a value for each column, in order.
    pub(super) fn push<'row>(
        &mut self,
        values: impl IntoIterator<Item = Value<'row>>,
    ) -> PolarsResult<()> {
        self.height += 1;
        self.columns.iter_mut().zip(values).try_for_each(|(column, value)| column.push(value))
    }

    /// The rows so far, which are taken out.
    pub(super) fn take(&mut self) -> PolarsResult<DataFrame> {
        let height = std::mem::take(&mut self.height);
        let columns = self.columns.iter_mut().map(ColumnBuilder::take);
        DataFrame::new(height, columns.collect::<PolarsResult<Vec<Column>>>()?)
    }
}

/// The values of one column.
enum Builder {
    Text(StringChunkedBuilder),
    Category(CategoricalChunkedBuilder<Categorical32Type>),
    Choice(CategoricalChunkedBuilder<Categorical8Type>),
    Time(PrimitiveChunkedBuilder<Int64Type>),
    Seconds(PrimitiveChunkedBuilder<Float64Type>),
    Number(PrimitiveChunkedBuilder<Int64Type>),
    Bool(BooleanChunkedBuilder),
    Texts(ListStringChunkedBuilder),
}

struct ColumnBuilder {
    definition: Definition,
    builder: Builder,
}

impl ColumnBuilder {
    fn new(definition: Definition) -> Self {
        Self { definition, builder: Builder::new(definition) }
    }

    fn push(&mut self, value: Value<'_>) -> PolarsResult<()> {
        match (&mut self.builder, value) {
            (Builder::Text(builder), Value::Text(text)) => builder.append_value(text),
            (Builder::Category(builder), Value::Text(text)) => builder.append_str(&text)?,
            (Builder::Choice(builder), Value::Text(text)) => builder.append_str(&text)?,
            (Builder::Time(builder), Value::Time(time)) => {
                builder.append_value(time.timestamp_micros());
            }
            (Builder::Seconds(builder), Value::Real(seconds)) => builder.append_value(seconds),
            (Builder::Number(builder), Value::Number(number)) => {
                builder.append_option(i64::try_from(number).ok());
            }
            (Builder::Bool(builder), Value::Bool(value)) => builder.append_value(value),
            (Builder::Texts(builder), Value::Texts(texts)) => {
                builder.append_values_iter(texts.iter().map(AsRef::as_ref));
            }
            (builder, Value::Null) => builder.push_null(),
            (_, value) => polars_bail!(
                SchemaMismatch: "{value:?} in the column `{}`", self.definition.name
            ),
        }
        Ok(())
    }

    fn take(&mut self) -> PolarsResult<Column> {
        let builder = std::mem::replace(&mut self.builder, Builder::new(self.definition));
        let series = builder.finish();
        match self.definition.kind {
            Kind::Time | Kind::Categories => series.cast(&dtype(self.definition.kind)),
            _ => Ok(series),
        }
        .map(Column::from)
    }
}

impl Builder {
    fn new(definition: Definition) -> Self {
        let name: PlSmallStr = definition.name.into();
        match definition.kind {
            Kind::Text => Self::Text(StringChunkedBuilder::new(name, 0)),
            Kind::Category => Self::Category(CategoricalChunkedBuilder::new(name, category())),
            Kind::Choice(choices) => {
                Self::Choice(CategoricalChunkedBuilder::new(name, choice(choices)))
            }
            Kind::Time => Self::Time(PrimitiveChunkedBuilder::new(name, 0)),
            Kind::Seconds => Self::Seconds(PrimitiveChunkedBuilder::new(name, 0)),
            Kind::Number => Self::Number(PrimitiveChunkedBuilder::new(name, 0)),
            Kind::Bool => Self::Bool(BooleanChunkedBuilder::new(name, 0)),
            Kind::Categories | Kind::Texts => {
                Self::Texts(ListStringChunkedBuilder::new(name, 0, 0))
            }
        }
    }

    fn push_null(&mut self) {
        match self {
            Self::Text(builder) => builder.append_null(),
            Self::Category(builder) => builder.append_null(),
            Self::Choice(builder) => builder.append_null(),
            Self::Time(builder) | Self::Number(builder) => builder.append_null(),
            Self::Seconds(builder) => builder.append_null(),
            Self::Bool(builder) => builder.append_null(),
            Self::Texts(builder) => builder.append_null(),
        }
    }

    fn finish(self) -> Series {
        match self {
            Self::Text(builder) => builder.finish().into_series(),
            Self::Category(builder) => builder.finish().into_series(),
            Self::Choice(builder) => builder.finish().into_series(),
            Self::Time(builder) | Self::Number(builder) => builder.finish().into_series(),
            Self::Seconds(builder) => builder.finish().into_series(),
            Self::Bool(builder) => builder.finish().into_series(),
            Self::Texts(mut builder) => builder.finish().into_series(),
        }
    }
}
