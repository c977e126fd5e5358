"""The version of Glue that the stand-in stands for: the one whose Spark runs."""

import pyspark

GLUE_6 = int(pyspark.__version__.partition(".")[0]) >= 4  # Glue 6.0 has Spark 4.1, Glue 5.x Spark 3.5
