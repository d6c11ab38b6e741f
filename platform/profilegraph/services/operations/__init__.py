"""What operators meet: health, metrics, background routines, settings of a deployment."""
